"""The invented city's story: reports come in, are read, answered, become cases, are worked on and end.

Everything goes through the product's own services, as the people who would do it, at the moments when they would have
done it: nothing here is written past the vault or the audit trail.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import uuid4

from ruangaman.accounts.models import User
from ruangaman.audit.services import UnitOfWork, unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.core.codelists import AgeGroup, Authority, ContactWay, RefusalReason, RiskLevel, Who
from ruangaman.core.regions import KELURAHAN, kecamatan_of
from ruangaman.intake import services as intake
from ruangaman.intake.models import Ruling
from ruangaman.intake.selectors import reception, thread
from ruangaman.intake.services import PreparedReport
from ruangaman.intake.services.rulings import read_ruling
from ruangaman.intake.types import ReportDraft
from ruangaman.ops import plots, story
from ruangaman.ops.office import Office
from ruangaman.vault import receipts
from ruangaman.vault import services as vault
from ruangaman.vault.files import FrameSealer, SealedUpload

DISTRICT_WEIGHTS = {"64.71.03": 31, "64.71.05": 23, "64.71.04": 21, "64.71.01": 13, "64.71.02": 12, "64.71.06": 11}
"""Victims by district, Balikpapan January to July 2025 (domain.md 8.3)."""


@contextmanager
def acting(user: User) -> Iterator[UnitOfWork]:
    """One unit of work of a signed-in person."""
    with unit_of_work(DatabaseRole.WEB) as unit:
        unit.set_viewer(user.pk, user.principals, user.oversight_units)
        yield unit


@dataclass
class City:
    """The dice, the office and the present moment."""

    rng: Random
    office: Office
    now: datetime
    receipts: list[str] = field(default_factory=list)

    def person(self, username: str) -> User:
        """Return somebody of the office."""
        return self.office.person(username)

    def officer(self) -> User:
        """Return one of those who sit at the desk."""
        return self.person(self.rng.choice(("petugas", "petugas", "petugas2")))

    def kelurahan(self) -> str:
        """Return a kelurahan, by the shares of the districts."""
        district = self.rng.choices(list(DISTRICT_WEIGHTS), weights=list(DISTRICT_WEIGHTS.values()))[0]
        return self.rng.choice([code for code in KELURAHAN if kecamatan_of(code) == district])

    def later(self, moment: datetime, *, least: float, most: float) -> datetime:
        """Return a moment so many hours later, never after the present one."""
        return min(moment + timedelta(hours=self.rng.uniform(least, most)), self.now - timedelta(seconds=30))


def send_report(city: City, plot: plots.Plot, at: datetime, *, now: str | None = None) -> PreparedReport:
    """Let somebody report, through the same acceptance as the web form."""
    rng = city.rng
    age = rng.choice(plot.ages)
    own_words = age != AgeGroup.A0_5
    who, text = rng.choice(
        [one for one in plot.tellings if own_words or one[0] != Who.SELF or plot.case_type == "both"]
    )
    way = rng.choices(
        [ContactWay.RECEIPT, ContactWay.WHATSAPP, ContactWay.PHONE, ContactWay.NONE], weights=[62, 20, 10, 8]
    )[0]
    reachable = way in {ContactWay.WHATSAPP, ContactWay.PHONE}
    draft = ReportDraft(
        what=text,
        channel="web",
        now=story.pick_now(rng) if now is None else now,
        who=who,
        kinds=plot.forms,
        dangers=tuple(story.pick_dangers(rng, plot)),
        when=rng.choice(story.WHEN),
        where=city.kelurahan() if rng.random() < 0.8 else "",
        relation=plot.relation,
        age_group=age,
        contact=way,
        contact_value=story.fake_phone(rng) if reachable else "",
        contact_hours=rng.choice(story.HOURS) if reachable else "",
        contact_name=rng.choice(story.ALIASES),
    )
    return accept(draft, at, uploads=[photo(rng)] if rng.random() < 0.12 else [])


def send_other(city: City, at: datetime) -> PreparedReport:
    """Let somebody write what is not for this office."""
    text = city.rng.choice(story.NOT_VIOLENCE)
    return accept(ReportDraft(what=text, channel="web", contact=ContactWay.RECEIPT), at)


def accept(draft: ReportDraft, at: datetime, *, uploads: Sequence[SealedUpload] = ()) -> PreparedReport:
    """Take a report in as the web form does."""
    prepared = intake.prepare_report(
        draft=draft,
        uploads=list(uploads),
        key=receipts.mint_key(None),
        cookie=None,
        reception=reception.cached_reception(),
        at=at,
    )
    with unit_of_work(DatabaseRole.PUBLIC):
        intake.accept_report(prepared=prepared)
    for upload in uploads:
        upload.discard()
    return prepared


def answer(
    city: City, prepared: PreparedReport, plot: plots.Plot, at: datetime, *, written_back: bool
) -> tuple[User, datetime]:
    """Let the desk open, take and answer a report, and perhaps the reporter write back."""
    officer = city.officer()
    at = city.later(at, least=0.05, most=3.5)
    with acting(officer):
        intake.open_report(code=prepared.code, by=officer, at=at)
        intake.take(code=prepared.code, by=officer, at=at)
        intake.reply(code=prepared.code, text=city.rng.choice(story.REPLIES), message_id=uuid4(), by=officer, at=at)
    if written_back:
        at = city.later(at, least=0.3, most=9)
        write_back(prepared, city.rng.choice(story.ANSWERS[plot.case_type]), at)
    return officer, at


def write_back(prepared: PreparedReport, text: str, at: datetime) -> None:
    """Let the reporter write again, under the receipt."""
    hours = reception.cached_reception().hours["report.medium"]
    with unit_of_work(DatabaseRole.PUBLIC) as unit:
        actor = vault.receipt_actor(prepared.receipt)
        if actor is None:
            raise RuntimeError("The receipt of a report that was just accepted is unknown.")
        unit.set_viewer(None, actor.principals)
        report = thread.find_own_report()
        if report is None:
            raise RuntimeError("A receipt that was just given out opens no report.")
        intake.write_message(
            report=report,
            message_id=uuid4(),
            text=text,
            uploads=[],
            slot=None,
            hours=hours,
            by=actor,
            at=at,
        )


def turn_away(city: City, prepared: PreparedReport, at: datetime) -> None:
    """Let the desk say that it is not for this office."""
    officer = city.officer()
    at = city.later(at, least=0.2, most=5)
    with acting(officer):
        intake.open_report(code=prepared.code, by=officer, at=at)
        intake.take(code=prepared.code, by=officer, at=at)
        intake.refuse(
            code=prepared.code,
            reason=city.rng.choice([RefusalReason.NOT_VIOLENCE, RefusalReason.OTHER_OFFICE]),
            words=city.rng.choice(story.REFUSALS),
            note=story.REFUSED_BECAUSE,
            message_id=uuid4(),
            by=officer,
            at=at,
        )
    _read_why(city, prepared, at)


def _read_why(city: City, prepared: PreparedReport, at: datetime) -> None:
    """Let the head read what the desk decided against the answers, but for what is of today."""
    head, later = city.person("kepala"), at + timedelta(hours=3)
    if later >= city.now - timedelta(hours=12):
        return
    with acting(head):
        for row in Ruling.objects.filter(code=prepared.code, verdict=""):
            read_ruling(ruling_id=row.pk, by=head, at=later)


def mark_double(city: City, prepared: PreparedReport, original: str, at: datetime) -> None:
    """Let the desk see that somebody else has reported the same."""
    officer = city.person("petugas")
    at = city.later(at, least=0.2, most=4)
    with acting(officer):
        intake.open_report(code=prepared.code, by=officer, at=at)
        intake.take(code=prepared.code, by=officer, at=at)
        intake.mark_duplicate(
            code=prepared.code, original=original, words=story.DOUBLE, message_id=uuid4(), has_looked=True, by=officer,
            at=at,
        )  # fmt: skip


def triage(
    city: City,
    prepared: PreparedReport,
    plot: plots.Plot,
    officer: User,
    at: datetime,
    *,
    risk: RiskLevel | None = None,
) -> RiskLevel:
    """Let the desk answer the three questions."""
    levels = [RiskLevel.RENDAH, RiskLevel.SEDANG, RiskLevel.TINGGI, RiskLevel.EKSTREM]
    risk = risk or city.rng.choices(levels, weights=[22, 46, 24, 8])[0]
    with acting(officer):
        intake.triage(
            code=prepared.code, case_type=plot.case_type, risk=risk, authority=Authority.CITY,
            why=story.LESS_DANGER, by=officer, at=at,
        )  # fmt: skip
    _read_why(city, prepared, at)
    return risk


def photo(rng: Random) -> SealedUpload:
    """Return a small picture, sealed as it would arrive: a plain gradient, nobody on it."""
    width = height = 48
    shade = rng.randint(40, 160)
    rows = b"".join(
        b"\0" + bytes(value for x in range(width) for value in ((shade + 2 * x) % 256, (shade + 2 * y) % 256, 150))
        for y in range(height)
    )
    png = b"\x89PNG\r\n\x1a\n"
    for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ):
        png += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    sealer = FrameSealer(name="foto.png")
    sealer.feed(png)
    return sealer.finish()
