"""Changing what was written: people, incidents, tasks. And what stood there before, and by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors, services
from ruangaman.cases.forms import IncidentForm, PersonForm, TaskForm
from ruangaman.cases.forms.fields import CleanText
from ruangaman.cases.forms.people import known_of
from ruangaman.cases.models import Case, Task
from ruangaman.cases.selectors.versions import from_texts
from ruangaman.cases.services.versions import Clashed
from ruangaman.cases.types import Identity, RecordKind
from ruangaman.cases.views.answers import case_url, data_of, go, is_sent, kept, show
from ruangaman.cases.views.records import stretch_numbers
from ruangaman.codelists.selectors import book
from ruangaman.core import clock
from ruangaman.core.access import prepared, requires, resumed
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.ui import moments
from ruangaman.ui.types import Words
from ruangaman.vault.types import Compartment

form_page = require_http_methods(["GET", "POST"])
STEPS = {RecordKind.PERSON: "orang", RecordKind.INCIDENT: "kejadian", RecordKind.TASK: "tugas"}
SEVERAL = frozenset({"forms_of_violence", "online"})
"""Fields with several answers; those of a person come out of the identity as they are."""
LABELS: dict[str, Words] = {"birth": gettext_lazy("Lahir")}
"""What a version has in one field and the form in several."""
ANCHORS = {RecordKind.PERSON: "identity", RecordKind.INCIDENT: "narrative", RecordKind.TASK: "berikutnya"}
SAID_OF = {RecordKind.PERSON: "orang", RecordKind.INCIDENT: "kejadian", RecordKind.TASK: "tugas"}


@requires(Permission.CASE_WRITE, prepare=stretch_numbers, keeps=kept(gettext_lazy("Data orang")))
@form_page
def edit_person(request: StaffRequest, code: str, person_id: UUID) -> HttpResponse:
    """What is known about somebody, to be corrected; what stands there is opened and recorded."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    row = selectors.get_record(case=case, kind=RecordKind.PERSON, record_id=person_id)
    fields, opened = _present(request, case, row)
    identity = from_texts(Identity(), fields)
    form = PersonForm(
        _with_birth(data_of(request)),
        book=book(),
        today=timezone.localdate(at),
        initial=_begun(request, {**known_of(identity), **_rest(fields)}, opened),
        known=identity,
        has_contact=Compartment.CONTACT in selectors.list_held(case=case, viewer=request.user),
        places=selectors.list_places(),
    )
    warnings = selectors.warnings_about(row=row, identity=identity, at=at)  # type: ignore[arg-type]  # a person
    act = partial(_edit_person, request, code, person_id, form)
    return _change(request, case, row, form, act, "cases/person.html", warnings=warnings)


def _with_birth(data: Any) -> Any:
    """Return what was sent, with a chosen birth date in the three fields that the form asks for it in."""
    if data is None or "birth" not in data:
        return data
    parts = [*(part.lstrip("0") for part in data["birth"].split("-")), "", "", ""]
    changed = data.copy()
    for name, part in zip(("birth_year", "birth_month", "birth_day"), parts, strict=False):
        changed[name] = part
    return changed


def _edit_person(request: StaffRequest, code: str, person_id: UUID, form: PersonForm) -> Any:
    person = form.to_person()
    return services.edit_person(
        code=code,
        person_id=person_id,
        kind=person.kind,
        sex=person.sex,
        age_group=person.age_group,
        identity=person.identity,
        contact=form.to_contact(),
        by=request.user,
        at=clock.now(),
        probes=prepared(request),
        opened=form.cleaned_data["opened"],
    )


@requires(Permission.CASE_WRITE, keeps=kept(gettext_lazy("Kejadian")))
@form_page
def edit_incident(request: StaffRequest, code: str, incident_id: UUID) -> HttpResponse:
    """What happened, to be corrected."""
    case = selectors.get_granted(code=code, viewer=request.user)
    row = selectors.get_record(case=case, kind=RecordKind.INCIDENT, record_id=incident_id)
    (fields, opened), today = _present(request, case, row), timezone.localdate(clock.now())
    form = IncidentForm(data_of(request), book=book(), today=today, initial=_begun(request, fields, opened))
    form.keep(book(), fields)
    act = partial(_edit_incident, request, code, incident_id, form)
    return _change(request, case, row, form, act, "cases/incident.html")


def _edit_incident(request: StaffRequest, code: str, incident_id: UUID, form: IncidentForm) -> Any:
    known = form.cleaned_data
    return services.edit_incident(
        code=code,
        incident_id=incident_id,
        forms=known["forms_of_violence"],
        place=known["place"],
        kelurahan=known["kelurahan"],
        from_on=known["from_on"],
        to_on=known["to_on"],
        story=known["story"],
        about=form.about(),
        by=request.user,
        at=clock.now(),
        opened=known["opened"],
    )


@requires(Permission.CASE_WRITE, keeps=kept(gettext_lazy("Tugas")))
@form_page
def edit_task(request: StaffRequest, code: str, task_id: UUID) -> HttpResponse:
    """What was promised, by whom, until when."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    row = selectors.get_record(case=case, kind=RecordKind.TASK, record_id=task_id)
    team = {str(part.user_id): part.user for part in selectors.list_parts(case=case, viewer=request.user)}
    owners = [(key, user.display_name) for key, user in team.items()]
    fields, opened = _present(request, case, row)
    form = TaskForm(data_of(request), owners=owners, at=at, initial=_begun(request, fields, opened))
    form.keeps_due_at = row.due_at if isinstance(row, Task) else None
    return _change(request, case, row, form, lambda: _edit_task(request, code, task_id, form, team), "cases/task.html")


def _edit_task(request: StaffRequest, code: str, task_id: UUID, form: TaskForm, team: Mapping[str, Any]) -> Any:
    known = form.cleaned_data
    return services.edit_task(
        code=code,
        task_id=task_id,
        title=known["title"],
        owner=team[known["owner"]],
        due_at=known["due_at"],
        by=request.user,
        at=clock.now(),
        opened=known["opened"],
    )


@requires(Permission.CASE_WRITE)
@require_safe
def history(request: StaffRequest, code: str, kind: str, record_id: UUID) -> HttpResponse:
    """What a record was, and who changed it to what; opening it is recorded."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    row = selectors.get_record(case=case, kind=RecordKind(kind), record_id=record_id)
    form = _blank(case, RecordKind(kind), request, at)
    steps = [
        (
            step,
            [(label_of(form, name), shown(form, name, old), shown(form, name, new)) for name, old, new in step.changes],
        )
        for step in selectors.get_history(case=case, record=row, viewer=request.user, at=at)
    ]
    context = {"case": case, "steps": steps, "what": RecordKind(kind).label, "merged": "digabung" in request.GET}
    return render(request, "cases/history.html", {**context, "edit_url": record_url(case, row)})


def _blank(case: Case, kind: RecordKind, request: StaffRequest, at: datetime) -> forms.Form:
    """Return a form whose labels and choices say what a value means."""
    today = timezone.localdate(at)
    if kind is RecordKind.PERSON:
        return PersonForm(book=book(), today=today, places=selectors.list_places())
    if kind is RecordKind.INCIDENT:
        return IncidentForm(book=book(), today=today)
    team = selectors.list_parts(case=case, viewer=request.user)
    return TaskForm(owners=[(str(part.user_id), part.user.display_name) for part in team], at=at)


def _present(request: StaffRequest, case: Case, row: Any) -> tuple[dict[str, str], int]:
    """Open what stands there now, and say which version that is."""
    versions = selectors.list_versions(row)[-1:]
    (state,) = selectors.open_states(case=case, versions=versions, viewer=request.user, at=clock.now())
    return state.fields, state.version.number


def _rest(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what of a person stands beside the identity."""
    return {name: value for name, value in fields.items() if name not in Identity.__dataclass_fields__}


def _begun(request: StaffRequest, fields: Mapping[str, Any], opened: int) -> dict[str, Any]:
    """Return what the form begins with: what stands there, and which version that is."""
    found: dict[str, Any] = dict(fields)
    for name in SEVERAL & found.keys():
        found[name] = found[name].split(",") if found[name] else []
    if "due_at" in found:
        found["due_at"] = timezone.localtime(parse_datetime(found["due_at"]))
    return resumed(request, {**found, "opened": opened})


def _change(
    request: StaffRequest, case: Case, row: Any, form: Any, act: Callable[[], Any], template: str, **context: Any
) -> HttpResponse:
    """Let a service change the record; what two people wrote in one place is put before whoever came second."""
    if is_sent(request, form):
        try:
            changed = act()
        except Clashed as clash:
            return _choose(request, case, form, clash)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            kind, opened = RecordKind(_kind(row)), form.cleaned_data["opened"]
            if opened and changed.version > opened + 1:
                return go(request, f"{record_url(case, row)}riwayat/?digabung")
            return go(request, case_url(case, anchor=ANCHORS[kind], said=SAID_OF[kind]))
    context |= {"record": row, "history_url": f"{record_url(case, row)}riwayat/"}
    return show(request, template, case, form, **context)


def _kind(row: Any) -> RecordKind:
    return RecordKind(type(row).__name__.lower())


def record_url(case: Case, row: Any) -> str:
    """Return the address where a record is changed."""
    return f"/kasus/{case.code}/{STEPS[_kind(row)]}/{row.pk}/"


def _choose(request: StaffRequest, case: Case, form: Any, clash: Clashed) -> HttpResponse:
    """Put both before whoever came second, field by field, and carry everything else along."""
    asked = [
        {
            "name": one.name,
            "label": label_of(form, one.name),
            "base": shown(form, one.name, one.base),
            "author": clash.authors.get(one.name, ("", None)),
            "is_own": one.name in clash.own,
            "theirs": (one.theirs, shown(form, one.name, one.theirs)),
            "mine": (one.mine, shown(form, one.name, one.mine)),
            "both": f"{one.theirs}\n\n{one.mine}" if takes_both(form, one.theirs, one.mine, one.name) else "",
        }
        for one in clash.clashes.clashes
    ]
    named = {one.name for one in clash.clashes.clashes}
    carried = [
        (name, value) for name, value in clash.clashes.fields.items() if name in form.fields and name not in named
    ]
    is_own = all(one["is_own"] for one in asked)
    context = {"asked": asked, "carried": carried, "opened": clash.opened, "is_own": is_own}
    response = show(request, "cases/clash.html", case, form, **context)
    response.status_code = 409
    return response


def takes_both(form: Any, theirs: str, mine: str, name: str) -> bool:
    """Whether a field has room for the words of both."""
    field = form.fields.get(name)
    if not isinstance(field, CleanText) or not field.multiline or not theirs or not mine:
        return False
    return len(theirs) + len(mine) + 2 <= field.most


def label_of(form: forms.Form, name: str) -> Words:
    """Return what a field is called."""
    return LABELS.get(name) or (form.fields[name].label or name if name in form.fields else name)


def shown(form: forms.Form, name: str, value: str) -> Words:
    """Return a value as a person reads it."""
    if not value:
        return gettext("(kosong)")
    moment = parse_datetime(value) if name == "due_at" else None
    if moment is not None:
        return moments.short(moment)
    day = parse_date(value) if name in {"from_on", "to_on"} else None
    if day is not None:
        return date_format(day, "j F Y")
    known = dict(_flat(getattr(form.fields.get(name), "choices", ())))
    return ", ".join(str(known.get(code, code)) for code in value.split(",")) if known else value


def _flat(choices: Iterable[Any]) -> Iterable[tuple[str, Words]]:
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from _flat(label)
        else:
            yield str(key), label
