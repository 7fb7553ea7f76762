"""The tampering game: somebody with all rights on the database does one thing; it is refused at reading or flagged.

The acts are a table; `docs/reference/tampering.md` lists them word for word, and the last test compares the two.
"""

# ruff: noqa: S608 - statements are put together from this file alone
from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import override_settings
from django.utils import timezone

from ruangaman.accounts.selectors import load_viewer
from ruangaman.audit.models import AuditEvent, AuditSeal
from ruangaman.core.errors import DomainError
from ruangaman.vault import directory, pepper, receipts, sealing, services, wrapping
from ruangaman.vault.errors import Tampered
from ruangaman.vault.grants import open_grants
from ruangaman.vault.models import (
    Door,
    DossierEpoch,
    Frame,
    Grant,
    GroupKey,
    KeyOfficer,
    OfficerList,
    PrincipalKey,
    ReceiptLocator,
    Sealed,
    SealedFile,
    StaffSession,
)
from ruangaman.vault.sessions import StaffSessionStore
from ruangaman.vault.types import Compartment, Place, Purpose
from tests.factories.accounts import make_office
from tests.factories.vault import EVERYTHING, FEB_1, FEB_2, FEB_9, PASSWORD, Person, Town, grant, working
from tests.support.signing_in import signed_in
from tests.support.superuser import as_superuser
from tests.support.trail import rechain
from tests.vault.test_services_acceptance import accept, back, prepare, upload
from tests.vault.test_services_contents import STORY, reveal, seal
from tests.vault.test_services_tampering import flip

NARRATIVE, WORK, THREAD = Compartment.NARRATIVE, Compartment.WORK, Compartment.THREAD
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "tampering.md"


class Scene:
    """Two dossiers of one lead, a companion with the work of the first, a guest until the second; all is signed."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.lead, self.companion, self.guest = town.person(), town.person(), town.person()
        self.first = town.dossier(
            self.lead,
            grant(self.lead, *EVERYTHING),
            grant(self.companion, WORK),
            grant(self.guest, WORK, not_after=FEB_2),
        ).dossier_id
        self.second = town.dossier(self.lead).dossier_id
        self.story = seal(self.first, self.lead, NARRATIVE)
        self.other = seal(self.first, self.lead, NARRATIVE, text="other")
        self.work = seal(self.first, self.lead, WORK)
        self.elsewhere = seal(self.second, self.lead, NARRATIVE, text="elsewhere")
        services.make_checkpoint(at=FEB_1)

    def row(self, ref: UUID) -> Sealed:
        return Sealed.objects.get(ref=ref)

    def change(self, ref: UUID, **fields: Any) -> None:
        Sealed.objects.filter(ref=ref).update(**fields)

    def of(self, person: Person) -> Any:
        return Grant.objects.filter(dossier_id=self.first, principal_id=person.principal_id)

    def lane(self) -> int:
        """The lane of the first dossier."""
        return self.first.int % 16

    def open(self, ref: UUID, by: Person | None = None) -> object:
        return reveal(ref, by or self.lead)


def refused(read: Callable[[], object]) -> None:
    """Nothing comes out: a refusal that says so."""
    with pytest.raises(DomainError):
        read()


def flagged(scene: Scene) -> None:
    """`audit verify` names a fault."""
    assert services.verify_trail().fault is not None


@dataclass(frozen=True)
class Act:
    """One thing that is done, and what refuses it.

    Args:
        what: for the table.
        by: what refuses or flags it, for the table.
        game: does it, and fails unless it was caught.
    """

    what: str
    by: str
    game: Callable[[Scene], None]


ACTS: list[Act] = []


def act(what: str, by: str) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    """Put a game into the table."""

    def add(game: Callable[[Scene], None]) -> Callable[[Scene], None]:
        ACTS.append(Act(what, by, game))
        return game

    return add


# --- ciphertext ----------------------------------------------------------------------------------------------------


@act("One bit of a ciphertext is changed", "reading: fingerprint in the trail, then the seal")
def _bit(s: Scene) -> None:
    s.change(s.story, envelope=flip(s.row(s.story).envelope))
    refused(lambda: s.open(s.story))


@act("Two contents of a dossier are swapped", "reading: fingerprint, and the seal is bound to its reference")
def _swap(s: Scene) -> None:
    story, other = bytes(s.row(s.story).envelope), bytes(s.row(s.other).envelope)
    s.change(s.story, envelope=other)
    s.change(s.other, envelope=story)
    refused(lambda: s.open(s.story))
    refused(lambda: s.open(s.other))


@act("A content is replaced by another dossier's", "reading: fingerprint, and the seal is bound to its dossier")
def _foreign(s: Scene) -> None:
    s.change(s.story, envelope=s.row(s.elsewhere).envelope)
    refused(lambda: s.open(s.story))


@act("A content is moved to another dossier", "reading: the other dossier's key does not open it")
def _moved(s: Scene) -> None:
    s.change(s.story, dossier_id=s.second)
    refused(lambda: s.open(s.story))


@act("A content is moved to a compartment that more people hold", "reading: that compartment's key does not open it")
def _compartment(s: Scene) -> None:
    s.change(s.story, compartment=int(WORK))
    refused(lambda: s.open(s.story, s.companion))
    refused(lambda: s.open(s.story))


@act("An old version is put back", "reading: the trail gives a fingerprint for the newest version only")
def _rollback(s: Scene) -> None:
    old = s.row(s.story)
    seal(s.first, s.lead, NARRATIVE, ref=s.story, text="corrected")
    s.change(s.story, envelope=old.envelope, version=old.version, epoch=old.epoch)
    refused(lambda: s.open(s.story))


@act(
    "An old version is put back under the newest version's number",
    "reading: fingerprint, and the seal is bound to its version",
)
def _renumbered(s: Scene) -> None:
    old = s.row(s.story)
    seal(s.first, s.lead, NARRATIVE, ref=s.story, text="corrected")
    s.change(s.story, envelope=old.envelope)
    refused(lambda: s.open(s.story))


@act("An old version is put back, and the newer fingerprint removed from the trail", "audit verify: seals")
def _rollback_and_trail(s: Scene) -> None:
    old = s.row(s.story)
    seal(s.first, s.lead, NARRATIVE, ref=s.story, text="corrected")
    s.change(s.story, envelope=old.envelope, version=old.version, epoch=old.epoch)
    as_superuser(f"DELETE FROM audit_auditseal WHERE ref = '{s.story}' AND version = 2")
    flagged(s)


@act("The algorithm of an envelope is lowered", "reading: fingerprint, and only known algorithms are opened")
def _algorithm(s: Scene) -> None:
    envelope = bytes(s.row(s.story).envelope)
    s.change(s.story, envelope=envelope[:1] + b"\x01" + envelope[2:])
    refused(lambda: s.open(s.story))


@act("The epoch of a content is changed", "reading: the seal is bound to its epoch")
def _epoch(s: Scene) -> None:
    with working(s.lead):
        services.rotate(dossier_id=s.first, by=s.lead, at=FEB_1)
    s.change(s.story, epoch=2)
    refused(lambda: s.open(s.story))


@act("Genuine bytes, sealed with a stolen key, are written past the trail", "reading: no event vouches for them")
def _past(s: Scene) -> None:
    with working(s.lead):
        keys = open_grants([s.first], by=s.lead, at=FEB_1).keys[s.first, 1]
    ref = uuid4()
    envelope = sealing.seal_content(
        keys.get(NARRATIVE), STORY, Place(s.first, NARRATIVE, ref, 1, 1), pepper.installation()
    )
    Sealed(ref=ref, dossier_id=s.first, compartment=NARRATIVE, epoch=1, envelope=envelope, sealed_at=FEB_1).save()
    refused(lambda: s.open(ref))


@act(
    "A row is pointed at another dossier's content that the reader may open too",
    "reading: a page names the dossier it is about",
)
def _pointed(s: Scene) -> None:
    def read() -> None:
        with working(s.lead):
            services.reveal(ref=s.elsewhere, dossier_id=s.first, purpose=Purpose.HANDLING, by=s.lead, at=FEB_1)

    assert s.open(s.elsewhere)
    refused(read)


# --- files ---------------------------------------------------------------------------------------------------------


def report(s: Scene) -> tuple[Person, services.Acceptance, receipts.Receipt]:
    """A report at a desk, with two files of three frames."""
    officer = s.town.person()
    s.town.group(officer)
    receipt = receipts.derive_receipt(receipts.mint_key(None))
    sent = [upload(b"1" * 600_000), upload(b"2" * 600_000)]
    made = prepare(officer.desks[0], files=sent, receipt=receipt)
    accept(made)
    return officer, made, receipt


def download(officer: Person, ref: UUID) -> bytes:
    with working(officer):
        _facts, pieces = services.open_file(key_ref=ref, purpose=Purpose.DOWNLOAD, by=officer, at=FEB_1)
    return b"".join(pieces)


@act("Two frames of a file are swapped", "reading: a frame is bound to its file and place")
def _frames(s: Scene) -> None:
    officer, made, _receipt = report(s)
    file_id, ref = made.file_refs[0]
    first, second = (Frame.objects.get(file_id=file_id, position=place) for place in (0, 1))
    Frame.objects.filter(pk=first.pk).update(data=second.data)
    Frame.objects.filter(pk=second.pk).update(data=first.data)
    refused(lambda: download(officer, ref))


@act(
    "The last frame of a file is left out, and its count lowered",
    "reading: the sealed facts hold the count; the last frame is marked",
)
def _cut_file(s: Scene) -> None:
    officer, made, _receipt = report(s)
    file_id, ref = made.file_refs[0]
    Frame.objects.filter(file_id=file_id, position=2).delete()
    SealedFile.objects.filter(id=file_id).update(frames=2)
    refused(lambda: download(officer, ref))


@act("A file gets another file's frames", "reading: each file has a key of its own")
def _other_file(s: Scene) -> None:
    officer, made, _receipt = report(s)
    (file_id, ref), (other, _ref) = made.file_refs
    for place in range(3):
        data = Frame.objects.get(file_id=other, position=place).data
        Frame.objects.filter(file_id=file_id, position=place).update(data=data)
    refused(lambda: download(officer, ref))


@act("The key reference of a file is pointed at another file", "reading: the sealed facts name the file")
def _other_key(s: Scene) -> None:
    officer, made, _receipt = report(s)
    (file_id, ref), (_other, _ref) = made.file_refs
    SealedFile.objects.filter(id=file_id).update(key_ref=uuid4())
    refused(lambda: download(officer, ref))


# --- grants --------------------------------------------------------------------------------------------------------


@act("A grant is copied for somebody else", "reading: signature; the wrap opens for one key alone")
def _copied(s: Scene) -> None:
    row = s.of(s.lead).get()
    row.id, row.principal_id = uuid4(), s.companion.principal_id
    row.save(force_insert=True)
    refused(lambda: s.open(s.story, s.companion))


@act("A grant's compartments are widened", "reading: signature")
def _widened(s: Scene) -> None:
    s.of(s.companion).update(compartments=None)
    refused(lambda: s.open(s.story, s.companion))


@act("A grant is forged with a key made for it", "reading: no two key officers vouch for its signer")
def _forged(s: Scene) -> None:
    s.of(s.companion).update(grantor_id=s.companion.principal_id, signature=wrapping.SigningPair.generate().sign(b"x"))
    refused(lambda: s.open(s.work, s.companion))


@act("A grant is said to be made at acceptance, which needs no signer", "reading: MAC under the pepper")
def _unsigned(s: Scene) -> None:
    s.of(s.companion).update(grantor_id=None, signature=secrets.token_bytes(32))
    refused(lambda: s.open(s.work, s.companion))


@act("An expired grant's end is put off", "reading: signature")
def _put_off(s: Scene) -> None:
    s.of(s.guest).update(not_after=FEB_9)
    refused(lambda: reveal(s.work, s.guest, FEB_2 + timedelta(hours=1)))


@act("A revoked grant is put back", "reading: what came after is sealed in an epoch that it does not open")
def _revoked(s: Scene) -> None:
    row = s.of(s.companion).get()
    with working(s.lead):
        services.revoke(dossier_id=s.first, principal_id=s.companion.principal_id, by=s.lead, at=FEB_1)
    row.save(force_insert=True)
    later = seal(s.first, s.lead, WORK, text="later")
    with pytest.raises(DomainError):
        s.open(later, s.companion)


@act("The commitment of an epoch is replaced", "reading: grants are signed over it, keys are checked against it")
def _commitment(s: Scene) -> None:
    other = DossierEpoch.objects.get(dossier_id=s.second).commitment
    DossierEpoch.objects.filter(dossier_id=s.first).update(commitment=other)
    refused(lambda: s.open(s.story))


# --- keys, doors, sessions, receipts -------------------------------------------------------------------------------


def share_with(s: Scene, newcomer: Person) -> None:
    directory.forget()
    with working(s.lead):
        services.share(dossier_id=s.first, to=[grant(newcomer, WORK)], by=s.lead, at=FEB_1)


@act("Somebody's public key is replaced", "wrapping: two key officers have not signed it")
def _public(s: Scene) -> None:
    newcomer = s.town.person()
    PrincipalKey.objects.filter(principal_id=newcomer.principal_id).update(
        kem_public=wrapping.generate().public().to_bytes()
    )
    refused(lambda: share_with(s, newcomer))


@act("Somebody's public key is replaced by one of a weaker suite", "wrapping: the suite is in what is signed")
def _weaker(s: Scene) -> None:
    newcomer = s.town.person()
    weak = wrapping.generate(1).public().to_bytes()
    PrincipalKey.objects.filter(principal_id=newcomer.principal_id).update(kem_public=weak)
    refused(lambda: share_with(s, newcomer))


@act("A key officer is added", "wrapping: the list of officers has a MAC under the pepper; no key counts until it fits")
def _officer(s: Scene) -> None:
    newcomer, rogue = s.town.person(), wrapping.SigningPair.generate()
    KeyOfficer.objects.create(principal_id=newcomer.principal_id, signing_public=rogue.public, appointed_at=FEB_1)
    refused(lambda: share_with(s, newcomer))


@act("A key officer is added, and the list's MAC invented", "wrapping: the MAC does not fit")
def _officer_mac(s: Scene) -> None:
    newcomer, rogue = s.town.person(), wrapping.SigningPair.generate()
    KeyOfficer.objects.create(principal_id=newcomer.principal_id, signing_public=rogue.public, appointed_at=FEB_1)
    OfficerList.objects.update(mac=secrets.token_bytes(32))
    refused(lambda: share_with(s, newcomer))


@act("A desk's wrap is copied for somebody who does not sit there", "reading: the wrap opens for one member alone")
def _desk(s: Scene) -> None:
    officer, made, _receipt = report(s)
    row = GroupKey.objects.get(member_id=officer.principal_id)
    row.id, row.member_id = uuid4(), s.companion.principal_id
    row.save(force_insert=True)
    s.companion.desks.append(officer.desks[0])
    refused(lambda: s.open(made.file_refs[0][1], s.companion))


@act("The door of an old password is put back", "opening: the trail knows of a newer door")
def _old_door(s: Scene) -> None:
    row = Door.objects.get(principal_id=s.lead.principal_id)
    assert s.lead.keyring is not None
    with working(s.lead):
        new = services.prepare_change(keyring=s.lead.keyring, password="another long sentence", at=FEB_1)
        services.change_password(by=s.lead, new=new, at=FEB_1)
    row.save()
    with working():
        refused(lambda: services.open_door(principal_id=s.lead.principal_id, password=PASSWORD))


@act("Somebody gets another person's door, whose password is known", "opening: what is behind it is bound to its owner")
def _other_door(s: Scene) -> None:
    mine = Door.objects.get(principal_id=s.companion.principal_id)
    Door.objects.filter(principal_id=s.lead.principal_id).update(
        salt=mine.salt, verifier=mine.verifier, bundle=mine.bundle
    )
    with working():
        refused(lambda: services.open_door(principal_id=s.lead.principal_id, password=PASSWORD))


@act(
    "An ended session's row is put back for somebody who kept the cookie",
    "reading: its keys lock after 15 idle minutes, by what is sealed in it",
)
def _session(s: Scene) -> None:
    client = signed_in(make_office().head)
    (row,) = StaffSession.objects.all()
    client.post("/keluar-kerja")
    row.expire_date = timezone.now() + timedelta(days=365)
    row.save()
    with working():
        store = services_session(client.cookies["k"].value)
        viewer = load_viewer(session=store, at=timezone.now() + timedelta(minutes=16), activity=True)
    assert viewer is None or viewer.keyring is None


def services_session(cookie: str) -> Any:
    """The session that a cookie opens."""
    return StaffSessionStore(cookie)


@act("A receipt's locator is pointed at another report", "reading: the receipt's key opens one report alone")
def _locator(s: Scene) -> None:
    _officer, made, receipt = report(s)
    _other, victim, _receipt = report(s)
    ReceiptLocator.objects.filter(dossier_id=victim.dossier_id).delete()
    target = Grant.objects.filter(dossier_id=victim.dossier_id, principal__kind="receipt").get().principal_id
    ReceiptLocator.objects.filter(dossier_id=made.dossier_id).update(dossier_id=victim.dossier_id, principal_id=target)
    refs = list(Sealed.objects.filter(dossier_id=victim.dossier_id, compartment=THREAD).values_list("ref", flat=True))
    with back(receipt) as actor, pytest.raises(DomainError):
        services.reveal_many(refs=refs, purpose=Purpose.REPORTER_THREAD, by=actor, at=FEB_1)


# --- the trail -----------------------------------------------------------------------------------------------------


def spoil(s: Scene, *statements: str, forged: bool = False) -> None:
    """Do it to the first dossier's lane; `forged`: and compute all hashes of the lane anew."""
    as_superuser(*(statement.format(lane=s.lane()) for statement in statements))
    if forged:
        rechain(s.lane())
    flagged(s)


@act("A row of the trail is edited", "audit verify: hash")
def _edited(s: Scene) -> None:
    spoil(s, "UPDATE audit_auditevent SET actor = 'x' WHERE lane = {lane} AND seq = 1")


@act("A row is edited, and the lane's hashes computed anew", "audit verify: the last checkpoint's root")
def _edited_anew(s: Scene) -> None:
    spoil(s, "UPDATE audit_auditevent SET actor = 'x' WHERE lane = {lane} AND seq = 1", forged=True)


@act("A row is left out", "audit verify: gap")
def _left_out(s: Scene) -> None:
    spoil(s, "DELETE FROM audit_auditevent WHERE lane = {lane} AND seq = 1")


@act("A row is left out, and the lane's hashes computed anew", "audit verify: the last checkpoint's root")
def _left_out_anew(s: Scene) -> None:
    spoil(
        s,
        "DELETE FROM audit_auditseal WHERE lane = {lane} AND seq = 2",
        "DELETE FROM audit_auditevent WHERE lane = {lane} AND seq = 2",
        forged=True,
    )


@act("Two rows change places", "audit verify: chain")
def _order(s: Scene) -> None:
    spoil(
        s,
        "UPDATE audit_auditevent SET seq = 1000 WHERE lane = {lane} AND seq = 1",
        "UPDATE audit_auditevent SET seq = 1 WHERE lane = {lane} AND seq = 2",
        "UPDATE audit_auditevent SET seq = 2 WHERE lane = {lane} AND seq = 1000",
    )


DOUBLE = """
INSERT INTO audit_auditevent
SELECT lane, (SELECT max(seq) + 1 FROM audit_auditevent WHERE lane = {lane}), at, type, actor, subject, detail, seals,
       hash, hash
FROM audit_auditevent WHERE lane = {lane} AND seq = 1
"""


@act("A row is written twice", "audit verify: chain")
def _doubled(s: Scene) -> None:
    spoil(s, DOUBLE)


@act("The end of the trail is cut off, and the lane's head set back", "audit verify: the last checkpoint's size")
def _cut(s: Scene) -> None:
    spoil(
        s,
        "DELETE FROM audit_auditseal WHERE lane = {lane} AND seq > 2",
        "DELETE FROM audit_auditevent WHERE lane = {lane} AND seq > 2",
        forged=True,
    )


@act("The end is cut off, and every checkpoint that knows of it", "audit verify: the checkpoints beside the database")
def _cut_all(s: Scene) -> None:
    spoil(
        s,
        "DELETE FROM audit_auditseal WHERE lane = {lane} AND seq > 1",
        "DELETE FROM audit_auditevent WHERE lane = {lane} AND seq > 1",
        "DELETE FROM audit_auditcheckpoint",
        forged=True,
    )


@act("A checkpoint is signed with another key", "audit verify: signature")
def _signed(s: Scene) -> None:
    spoil(s, "UPDATE audit_auditcheckpoint SET note = overlay(note placing 'AAAA' from length(note) - 20)")


# -------------------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.RUANGAMAN_SPOOL = tmp_path
    settings.RUANGAMAN_RECEIPT_PARAMS = (64, 1, 1)
    with override_settings(RUANGAMAN_CHECKPOINTS=tmp_path / "notes"):
        yield


@pytest.fixture
def scene(town: Town) -> Scene:
    """Set the scene; before anything is done, everything opens and holds."""
    scene = Scene(town)
    assert scene.open(scene.story) == STORY
    assert services.verify_trail().ok
    return scene


@pytest.mark.parametrize("game", [one.game for one in ACTS], ids=[one.what for one in ACTS])
def test_it_is_refused_or_flagged(scene: Scene, game: Callable[[Scene], None]):
    game(scene)


def test_the_table_lists_every_act():
    told = PAGE.read_text("utf-8")
    rows = [f"| {number} | {one.what} | {one.by} |" for number, one in enumerate(ACTS, 1)]
    assert "\n".join(rows) in told, "\n" + "\n".join(rows)
    assert len(ACTS) >= 30


@pytest.mark.parametrize("place", range(8))
def test_any_byte_of_a_random_row_matters(scene: Scene, place: int):
    """A sample of bytes of every kind of sealed, signed or chained row."""
    pick = secrets.SystemRandom()
    envelope = bytes(scene.row(scene.story).envelope)
    scene.change(scene.story, envelope=flip(envelope, pick.randrange(len(envelope))))
    refused(lambda: scene.open(scene.story))
    for field in ("wrapped", "signature"):
        row = scene.of(scene.companion).get()
        value = bytes(getattr(row, field))
        scene.of(scene.companion).update(**{field: flip(value, pick.randrange(len(value)))})
        refused(lambda: scene.open(scene.work, scene.companion))
        scene.of(scene.companion).update(**{field: value})
    event = pick.choice(list(AuditEvent.objects.order_by("lane", "seq")))
    byte = pick.randrange(32)
    column = pick.choice(["hash", "prev"])
    where = f"WHERE lane = {event.lane} AND seq = {event.seq}"
    as_superuser(
        f"UPDATE audit_auditevent SET {column} = set_byte({column}, {byte}, get_byte({column}, {byte}) # 1) {where}"
    )
    fault = services.verify_trail().fault
    assert fault is not None
    assert (getattr(fault, "lane", None), getattr(fault, "seq", None)) == (event.lane, event.seq)


def test_a_seal_of_the_trail_that_is_changed_is_refused_and_flagged(scene: Scene):
    assert AuditSeal.objects.filter(ref=scene.story).exists()
    as_superuser(f"UPDATE audit_auditseal SET sha256 = sha256('x') WHERE ref = '{scene.story}'")
    with pytest.raises(Tampered):
        scene.open(scene.story)
    flagged(scene)
