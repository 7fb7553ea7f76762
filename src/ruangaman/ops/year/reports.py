"""What happens to reports before one is a case, and to those that never become one."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.core.codelists import Authority, CaseType, Danger, Now, RefusalReason, RiskLevel, Who
from ruangaman.intake import services as intake
from ruangaman.intake.models import Report, Ruling
from ruangaman.intake.services import PreparedReport
from ruangaman.intake.services.rulings import read_ruling, send_back
from ruangaman.intake.types import ReportDraft
from ruangaman.ops import city, story
from ruangaman.ops.year.world import Life, World

HOUR = timedelta(hours=1)
WORDS = "Cerita contoh: dia marah lagi tadi malam."


def send(
    world: World,
    *,
    forms: tuple[str, ...] = (),
    words: str = WORDS,
    age: str = "25-44",
    now: str = "",
    dangers: tuple[str, ...] = (),
) -> PreparedReport:
    """Let somebody report."""
    draft = ReportDraft(
        what=words, channel="web", contact="receipt", who=Who.SELF, kinds=forms, where="64.71.03.1004", age_group=age,
        now=now, dangers=dangers,
    )  # fmt: skip
    return city.accept(draft, world.now)


def write_back(world: World, sent: PreparedReport, words: str = "Masih ada yang mau saya ceritakan.") -> None:
    """Let the reporter write again, under the receipt."""
    city.write_back(sent, words, world.now)


def take(world: World, code: str, officer: str = "petugas") -> None:
    """Let an officer open a report and keep it."""
    world.do(officer, intake.open_report, code=code)
    world.do(officer, intake.take, code=code)


def holder(world: World, code: str) -> str:
    """Return who of the desk holds a report now: the desk may have been handed over meanwhile."""
    with unit_of_work(DatabaseRole.MIGRATE):
        return Report.objects.filter(code=code, taken_by__isnull=False).values_list("taken_by__username", flat=True)[0]


def reply(world: World, code: str, who: str = "") -> None:
    """Let somebody answer the reporter; if nobody is named, whoever holds it."""
    world.do(who or holder(world, code), intake.reply, code=code, text=story.REPLIES[0], message_id=uuid4())


def triage(world: World, code: str, *, risk: RiskLevel, case_type: CaseType, authority: Authority) -> None:
    """Let the desk answer the three questions."""
    facts = {"case_type": case_type, "risk": risk, "authority": authority, "why": story.LESS_DANGER}
    world.do(holder(world, code), intake.triage, code=code, **facts)


def turned_away(world: World, *, is_prompt: bool, is_mistaken: bool) -> Life:
    """Tell a report that is not for this office; now and then it was, and is taken on after all."""
    sent = send(world, words=story.NOT_VIOLENCE[0])
    yield HOUR * (1 if is_prompt else 30)
    take(world, sent.code)
    triage(world, sent.code, risk=RiskLevel.RENDAH, case_type=CaseType.WOMAN, authority=Authority.CITY)
    yield HOUR * (2 if is_prompt else 40)
    refusal = {
        "reason": RefusalReason.NOT_VIOLENCE,
        "words": story.REFUSALS[0],
        "note": "Sudah dibaca dua orang di meja.",
    }
    world.do(holder(world, sent.code), intake.refuse, code=sent.code, message_id=uuid4(), **refusal)
    yield 3 * HOUR
    if is_mistaken:
        world.do(holder(world, sent.code), intake.undo_refusal, code=sent.code)
        yield HOUR
        world.do(holder(world, sent.code), intake.refuse, code=sent.code, message_id=uuid4(), **refusal)
        yield HOUR
    write_back(world, sent)
    yield HOUR
    take(world, sent.code)  # nobody holds what had ended and comes back
    world.do(holder(world, sent.code), intake.settle, code=sent.code)
    world.do(holder(world, sent.code), intake.release, code=sent.code)


def told_twice(world: World, *, is_mistaken: bool) -> Life:
    """Tell of one thing that two people report."""
    first, second = send(world, forms=("FISIK",)), send(world, forms=("FISIK",))
    yield HOUR
    for sent in (first, second):
        take(world, sent.code)
        triage(world, sent.code, risk=RiskLevel.SEDANG, case_type=CaseType.WOMAN, authority=Authority.CITY)
    yield HOUR
    world.do(holder(world, second.code), intake.mark_duplicate, code=second.code, original=first.code)
    if is_mistaken:
        yield HOUR
        world.do(holder(world, second.code), intake.undo_duplicate, code=second.code)
        yield HOUR
        world.do(holder(world, second.code), intake.mark_duplicate, code=second.code, original=first.code)
    yield 5 * HOUR
    refusal = {"reason": RefusalReason.OTHER_OFFICE, "words": story.REFUSALS[1], "note": ""}
    world.do(holder(world, first.code), intake.refuse, code=first.code, message_id=uuid4(), **refusal)


def weighed(world: World, *, is_prompt: bool) -> Life:
    """Tell reports of every danger that are answered first and triaged afterwards, in time or much later."""
    said = {
        RiskLevel.EKSTREM: {"now": Now.YES.value, "dangers": (Danger.STRANGLED.value,)},
        RiskLevel.TINGGI: {"now": Now.YES.value},
        RiskLevel.SEDANG: {"now": Now.UNSURE.value},
        RiskLevel.RENDAH: {},
    }
    sent = {risk: send(world, **answers) for risk, answers in said.items()}  # type: ignore[arg-type]  # by their names
    for one in sent.values():
        take(world, one.code)
        reply(world, one.code)
    yield HOUR / 2 if is_prompt else 90 * HOUR
    for risk, one in sent.items():
        triage(world, one.code, risk=risk, case_type=CaseType.WOMAN, authority=Authority.CITY)


def ruled(world: World, *, is_prompt: bool) -> Life:
    """Tell what the desk decides against the answers: the head reads one reason and gives the other report back."""
    lowered, refused, double = (send(world, now=Now.YES.value) for _number in range(3))
    yield HOUR / 2
    for sent in (lowered, refused, double):
        take(world, sent.code)
    triage(world, lowered.code, risk=RiskLevel.RENDAH, case_type=CaseType.WOMAN, authority=Authority.CITY)
    triage(world, refused.code, risk=RiskLevel.TINGGI, case_type=CaseType.WOMAN, authority=Authority.CITY)
    refusal = {"reason": RefusalReason.NOT_VIOLENCE, "words": story.REFUSALS[0], "note": story.REFUSED_BECAUSE}
    world.do(holder(world, refused.code), intake.refuse, code=refused.code, message_id=uuid4(), **refusal)
    if not is_prompt:
        yield 40 * HOUR
    facts = {"original": lowered.code, "has_looked": True}
    if is_prompt:  # before its limit, which is at once in high danger
        double = send(world)
        take(world, double.code)
    world.do(holder(world, double.code), intake.mark_duplicate, code=double.code, **facts)
    yield HOUR if is_prompt else 30 * HOUR
    reply(world, double.code)
    for sent in (lowered, refused):
        with unit_of_work(DatabaseRole.MIGRATE):
            (row,) = Ruling.objects.filter(code=sent.code)
        if sent is lowered and not is_prompt:
            world.do("kepala", read_ruling, ruling_id=row.pk)
            continue
        world.do("kepala", send_back, ruling_id=row.pk, word="Telepon sekali lagi.")
        take(world, sent.code)
        triage(world, sent.code, risk=RiskLevel.TINGGI, case_type=CaseType.WOMAN, authority=Authority.CITY)


def guard(world: World, *, days: int) -> Life:
    """Hand the desk from one officer to the other, morning and evening."""
    yield 23 * HOUR
    for turn in range(2 * days):
        gives, takes = ("petugas", "petugas2") if turn % 2 == 0 else ("petugas2", "petugas")
        note = {"text": "Satu laporan menunggu jawaban.", "about": {}}
        world.do(gives, intake.give, desk_code="uptd", handover_id=uuid4(), **note)
        yield HOUR / 2
        world.do(takes, intake.take_over, desk_code="uptd")
        yield 11.5 * HOUR
