"""What the page of a report shows: everything its template needs, put together once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest

from ruangaman.accounts.models import User
from ruangaman.cases.models import Case
from ruangaman.clocks.selectors import limit_for
from ruangaman.core.access import resumed
from ruangaman.core.codelists import Authority
from ruangaman.intake.forms.desk import (
    SUGGESTED_WORDS,
    DuplicateForm,
    OpenCaseForm,
    RefuseForm,
    ReplyForm,
    TriageForm,
)
from ruangaman.intake.registry import channels
from ruangaman.intake.selectors import desk as selectors
from ruangaman.intake.services.decisions import UNDO_SECONDS, Suggestion, suggest
from ruangaman.intake.services.desk import OpenReport
from ruangaman.intake.services.rulings import open_word
from ruangaman.intake.types import State, Step, steps_from
from ruangaman.intake.views import wording
from ruangaman.ui.types import Promised
from ruangaman.vault import services as vault
from ruangaman.vault.types import Closed, Purpose


@dataclass
class Forms:
    """The forms of the page; one that was sent keeps what was typed."""

    reply: ReplyForm | None = None
    triage: TriageForm | None = None
    duplicate: DuplicateForm | None = None
    refuse: RefuseForm | None = None
    open_case: OpenCaseForm | None = None

    @property
    def sent(self) -> list[Form]:
        """Those in which something is missing: named at the head of the page, each with a link to its field."""
        return [form for form in vars(self).values() if form is not None and form.is_bound and form.errors]

    def beside(self, others: Forms) -> Forms:
        """Return the forms that were sent, and for the rest what was typed into them."""
        return Forms(**{name: sent or getattr(others, name) for name, sent in vars(self).items()})


def resumed_forms(request: HttpRequest) -> Forms:
    """Return the forms of the page that somebody goes on with, or typed into when another was sent, filled with it."""
    forms = Forms()
    if typed := resumed(request, step="balas"):
        forms.reply = ReplyForm(initial=typed, auto_id="balas_%s")
    if typed := resumed(request, step="triase"):
        forms.triage = TriageForm(initial=typed, auto_id="triase_%s")
    if typed := resumed(request, step="tolak"):
        forms.refuse = RefuseForm(initial=typed, auto_id="tolak_%s")
    return forms


def report_context(opened: OpenReport, *, viewer: User, at: datetime, forms: Forms) -> dict[str, Any]:
    """Return the context of `intake/report.html`."""
    report = opened.report
    steps = steps_from(report.state)
    return {
        "report": report,
        "opened": opened,
        "at": at,
        "purpose": Purpose.TRIAGE.label.lower(),
        "held_by_me": report.taken_by_id == viewer.pk,
        "held_by_other": report.taken_by if report.taken_by_id not in {None, viewer.pk} else None,
        "returned": report.is_back,
        "duplicates": selectors.list_duplicates(report=report),
        "undo_seconds": UNDO_SECONDS if _just_refused(report.refused_at, at) else 0,
        "undo_url": f"/laporan/{report.code}/batal-tolak",
        "can": {step.value: step in steps for step in Step},
        "candidates": selectors.list_candidates(report=report, viewer=viewer) if Step.MARK_DUPLICATE in steps else [],
        "suggested_words": [(reason.label, words) for reason, words in SUGGESTED_WORDS.items()],
        "states": State,
        "case_code": selectors.case_code_of(report),
        "sees_case": report.case_id is not None and Case.objects.granted_to(viewer).filter(pk=report.case_id).exists(),
        "has_number": has_number(opened),
        "sent_back": open_word(report=report, by=viewer, at=at) if report.state == State.RECEIVED else None,
        **_words(opened, at),
        **_decision(forms, opened),
    }


def has_number(opened: OpenReport) -> bool:
    """Whether the reporter gave a number by which they may be known."""
    return not isinstance(opened.contact, Closed) and vault.guess(str(opened.contact.get("value", ""))) is not None


def _words(opened: OpenReport, at: datetime) -> dict[str, Any]:
    """Return what the report says: the sentences of the page."""
    report = opened.report
    channel, names = channels.get(report.channel), selectors.names_by_code()
    hidden = wording.kept_from(opened.contact, names)
    return {
        "headline": wording.headline(report),
        "channel": channel.label if channel else report.channel,
        "happening": wording.is_happening(report),
        "alarm_text": wording.alarm_text(report, hidden),
        "numbers": [] if hidden else settings.RUANGAMAN_NUMBERS[:2],
        "signs": wording.signs(report, hidden, is_reachable=wording.is_reachable(opened.contact)),
        "facts": wording.facts(opened.answers),
        "story": wording.story(opened.answers),
        "limits": wording.limits(opened.contact, names),
        "promised": Promised(report.waits_since, report.due_at, done_at=None if report.is_back else report.answered_at),
        "limit": limit_for(report.limit_key, report.received_at),
        "is_late": report.is_late(at),
    }


def _decision(forms: Forms, opened: OpenReport) -> dict[str, Any]:
    """Return what the answers point to, and the forms to decide with."""
    suggestion = suggest(opened.report)
    return {"suggestion": suggestion, "forms": _complete(forms, opened, suggestion)}


def _just_refused(refused_at: datetime | None, at: datetime) -> bool:
    return refused_at is not None and at - refused_at < timedelta(seconds=UNDO_SECONDS)


def _complete(forms: Forms, opened: OpenReport, suggestion: Suggestion) -> Forms:
    """Fill in the forms that were not sent."""
    report = opened.report
    triage = {
        "case_type": report.case_type or suggestion.case_type,
        "risk": int(report.danger if report.triaged_at else max(report.danger, suggestion.risk)),
        "authority": report.authority or Authority.CITY,
    }
    managers = selectors.list_managers(unit_id=report.desk.unit_id) if report.state == State.TRIAGED else []
    return Forms(
        reply=forms.reply or ReplyForm(auto_id="balas_%s"),
        triage=forms.triage or TriageForm(initial=triage, auto_id="triase_%s"),
        duplicate=forms.duplicate or DuplicateForm(auto_id="ganda_%s"),
        refuse=forms.refuse or RefuseForm(auto_id="tolak_%s"),
        open_case=forms.open_case or OpenCaseForm(managers=managers, auto_id="kasus_%s"),
    )
