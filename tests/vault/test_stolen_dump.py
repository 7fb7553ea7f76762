"""The stolen-dump game: a copy of the database, the source, the pepper and somebody's password. What opens?

Everything that a thief reads is read from a restored `pg_dump`, in another database, by code of their own on the
vault's primitives (`tests/support/thief.py`). The house that it was taken from plays no part.
"""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings
from psycopg import sql
from shamir_mnemonic import Share, cipher, shamir

from ruangaman.accounts import services as accounts
from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import services as cases
from ruangaman.cases.models import Assignment
from ruangaman.cases.types import AccessReason
from ruangaman.core.codelists import Authority, CaseType, RiskLevel
from ruangaman.intake import services as intake
from ruangaman.intake.selectors import reception
from ruangaman.ops import binaries, roles
from ruangaman.ops.postgres import conninfo
from ruangaman.vault import directory, doors, layout, pepper, recovery, sealing, wrapping
from ruangaman.vault import services as vault
from ruangaman.vault.doors import DoorParams
from ruangaman.vault.errors import Tampered, WrongKey
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.models import Door
from ruangaman.vault.types import Compartment
from ruangaman.vault.wrapping import KemPrivate
from tests.factories.accounts import PAPER, Office, working
from tests.factories.backups import work_on, worker_name
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9
from tests.factories.desk import KINDS, Counter, make_counter
from tests.support import stage
from tests.support.thief import Loot, Thief

pytestmark = pytest.mark.xdist_group("stolen")
C = Compartment
REPORT, CASE = {C.NARRATIVE, C.CONTACT}, {C.IDENTITY, C.CONTACT, C.NARRATIVE}
LATER = FEB_9 + timedelta(days=1)
OPENS: dict[str, dict[str, set[Compartment]]] = {
    "meja": {"report": REPORT, "new report": REPORT},
    "petang": {"report": REPORT, "new report": REPORT},
    "tetangga": {"kept from us": REPORT},
    "manajer": {"report": REPORT, "case": CASE, "lent": CASE, "lent before": CASE, "handed on": CASE},
    "pendamping": {"report": REPORT, "case": CASE},
    "psikolog": {"case": {C.IDENTITY, C.NARRATIVE, C.CLINICAL}},
    "hukum": {"lent": {C.NARRATIVE}},
    "rumahaman": {"lent before": {C.IDENTITY}},
    "kepala": {
        "report": REPORT, "new report": REPORT, "case": {*CASE, C.CLINICAL},
        "lent": CASE, "lent before": CASE, "handed on": CASE,
    },
    "dpo": {},
    "kembali": {},
    "pergi": {},
}  # fmt: skip
"""By hand: whose password opens which dossiers, and what is read out of them.

`rumahaman`: the time is over, but the worker has not yet deleted the wrap. `kembali`: it has. `hukum`: a part, for a
while. `pendamping` was on `handed on` and is off it. `kepala` is the unit's emergency officer: all that the unit has,
without what was kept from it. `pergi` left, and was at the desk and on the case.
"""


@dataclass
class Scene:
    """The house before the theft, and what was taken from it."""

    counter: Counter
    passwords: dict[str, str]
    dossiers: dict[str, UUID] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        """Whose people these are."""
        return self.counter.office


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """A house at work, in a database of its own; then everybody goes home."""
    name = worker_name("ra_test_house")
    stage.ensure_template()
    stage.clone(name)
    directory.forget()
    with django_db_blocker.unblock(), work_on(name):
        played = play()
    directory.forget()
    reception.forget()
    yield played
    roles.drop_database(conninfo(stage.socket()), name)


@pytest.fixture(scope="module")
def stolen(scene: Scene) -> Iterator[str]:
    """The dump, restored where the thief works: address of the database."""
    copy = worker_name("ra_test_stolen")
    server = conninfo(stage.socket())
    house = conninfo(stage.socket(), worker_name("ra_test_house"))
    dump = subprocess.run(
        [binaries.find().program("pg_dump"), "--format=custom", "--no-owner", "--no-acl", house],
        capture_output=True,
        check=True,
    ).stdout
    roles.drop_database(server, copy)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(copy)))
    restore = [binaries.find().program("pg_restore"), "--no-owner", "--no-acl", "--dbname"]
    subprocess.run([*restore, conninfo(stage.socket(), copy)], input=dump, check=True)
    yield conninfo(stage.socket(), copy)
    roles.drop_database(server, copy)


@pytest.fixture
def thief(stolen: str) -> Thief:
    """Somebody with the dump and the pepper file."""
    return Thief(stolen, settings.RUANGAMAN_PEPPER)


# --- the scene --------------------------------------------------------------------------------------------------------


def play() -> Scene:
    """Let the people of `OPENS` do what leads to it."""
    counter = make_counter()
    team, office = counter.team, counter.office
    leaver, returned = office.user(Role.PENDAMPING, username="pergi"), office.user(Role.HUKUM, username="kembali")
    with working(counter.first):
        accounts.seat_at_desk(desk=counter.desk, user=leaver, by=counter.first, at=FEB_1)
    people = {
        "meja": counter.first, "petang": counter.second, "tetangga": make_neighbour(office), "manajer": team.manager,
        "pendamping": team.companion, "psikolog": team.psychologist, "hukum": team.lawyer, "rumahaman": team.shelter,
        "kepala": office.head, "dpo": office.guard, "kembali": returned, "pergi": leaver,
    }  # fmt: skip
    scene = Scene(counter, {name: change_password(user) for name, user in people.items()})
    handle_reports(scene, leaver)
    lend_cases(scene, returned)
    with working(role=DatabaseRole.WORKER):
        assert vault.delete_expired_grants(at=FEB_9) >= 1
    return scene


def make_neighbour(office: Office) -> User:
    """Make a unit of another body with a desk and its one officer."""
    with working(role=DatabaseRole.MIGRATE):
        unit = accounts.create_unit(agency=office.agency, code="dinsos", name="Unit lain", by=None, at=FEB_1)
    user = office.user(Role.PETUGAS, username="tetangga", unit=unit)
    office.desk(user, unit=unit)
    reception.forget()
    return user


def change_password(user: User) -> str:
    """Give somebody a password that nobody else has."""
    password, params = f"kata sandi milik {secrets.token_hex(8)}", DoorParams.fresh()
    assert user.keyring is not None
    keys = doors.run(params, password)
    with working(role=DatabaseRole.MIGRATE):
        row = Door.objects.get(principal_id=user.principal_id, kind="password")
        row.salt, row.bundle, row.verifier = params.salt, doors.close(user.keyring, keys.kek), keys.stored()
        row.save()
    return password


def handle_reports(scene: Scene, leaver: User) -> None:
    """One becomes a case, one is kept from the unit, one comes after somebody left."""
    counter, team, head = scene.counter, scene.counter.team, scene.office.head
    report = counter.send(**KINDS, what="LAPORAN PERTAMA")
    facts = {"case_type": CaseType.WOMAN, "risk": RiskLevel.EKSTREM, "authority": Authority.CITY}
    counter.do(intake.triage, report, at=FEB_1, **facts)
    case = counter.do(intake.open_case, report, manager=team.manager, case_id=uuid4())
    team.assign(case, team.companion, leaver, team.psychologist)
    with working(team.psychologist):
        cases.add_note(code=case.code, compartment=C.CLINICAL, text="CATATAN PSIKOLOG", by=team.psychologist, at=FEB_3)
    kept = counter.send(**KINDS, what="JANGAN UNIT ITU", avoid=(scene.office.unit.code,))
    with working(head):
        accounts.let_go(user=leaver, by=head, at=FEB_3)
    scene.office.sign(counter.desk)
    reception.forget()
    new = counter.send(**KINDS, what="LAPORAN SESUDAHNYA")
    rows = {"report": report, "case": case, "kept from us": kept, "new report": new}
    scene.dossiers |= {name: row.dossier_id for name, row in rows.items()}


def lend_cases(scene: Scene, returned: User) -> None:
    """Parts of cases for a while, and a companion who is taken off again."""
    team = scene.counter.team
    lent, before, handed = team.open(), team.open(), team.open()
    loans = (
        (lent, team.lawyer, C.NARRATIVE, LATER),
        (before, team.shelter, C.IDENTITY, LATER),
        (before, returned, C.NARRATIVE, FEB_3),
    )
    for case, user, part, until in loans:
        with working(team.manager):
            cases.give_access(
                code=case.code,
                user=user,
                compartments=(part,),
                reason=AccessReason.SECOND_VIEW,
                not_after=until,
                by=team.manager,
                at=FEB_2,
            )
    team.assign(handed, team.companion)
    seat = Assignment.objects.get(case=handed, user=team.companion)
    with working(team.manager):
        cases.unassign(code=handed.code, assignment_id=seat.pk, by=team.manager, at=FEB_3)
    scene.dossiers |= {"lent": lent.dossier_id, "lent before": before.dossier_id, "handed on": handed.dossier_id}


# --- the game ---------------------------------------------------------------------------------------------------------


def opened_by(scene: Scene, loot: Loot) -> dict[str, set[Compartment]]:
    """Say what was opened as `OPENS` does; a dossier that the scene does not name would stand there by its id."""
    names = {dossier: name for name, dossier in scene.dossiers.items()}
    return {names.get(dossier, str(dossier)): loot.parts(dossier) for dossier in loot.dossiers}


@pytest.mark.parametrize("name", OPENS)
def test_the_pepper_and_one_password_open_exactly_that_persons_dossiers(scene: Scene, thief: Thief, name: str) -> None:
    opened = thief.open_doors(scene.passwords[name])
    for hand in opened.values():
        thief.hold_groups(hand)

    assert opened_by(scene, thief.plunder(*opened.values())) == OPENS[name]
    assert len(opened) == (name != "pergi"), "the password is one person's; who left has no door any more"


def test_together_the_passwords_open_everything_so_the_game_can_be_lost(scene: Scene, thief: Thief) -> None:
    hands = [keyring for password in scene.passwords.values() for keyring in thief.open_doors(password).values()]
    for hand in hands:
        thief.hold_groups(hand)

    loot = thief.plunder(*hands)

    assert loot.dossiers == set(scene.dossiers.values())
    assert loot.dossiers == {row["id"] for row in thief.rows("SELECT id FROM vault_dossier")}
    words = str(list(loot.contents.values()))
    assert all(
        text in words for text in ("LAPORAN PERTAMA", "JANGAN UNIT ITU", "LAPORAN SESUDAHNYA", "CATATAN PSIKOLOG")
    )
    assert {row["ref"] for row in thief.rows("SELECT ref FROM vault_sealed")} == set(loot.contents)


def test_the_dump_itself_tells_no_word(thief: Thief) -> None:
    dump = subprocess.run(
        [binaries.find().program("pg_dump"), "--format=plain", thief.conninfo], capture_output=True, check=True
    ).stdout

    assert b"Meja" in dump, "what is plain is found"
    for word in ("LAPORAN PERTAMA", "JANGAN UNIT ITU", "CATATAN PSIKOLOG", "NAMA-UJI", "KONTAK-UJI", PAPER):
        assert word.encode() not in dump
        assert word.encode().hex().encode() not in dump


def test_passwords_without_the_pepper_open_nothing(scene: Scene, stolen: str) -> None:
    guesser = Thief(stolen, secrets.token_bytes(32))

    assert [guesser.open_doors(password) for password in scene.passwords.values()] == [{}] * len(scene.passwords)


def test_the_pepper_alone_opens_nothing(scene: Scene, thief: Thief) -> None:
    """Every key that comes from it, tried on every door, content and wrap; as keys of a person, too."""
    closed = {"door": thief.rows("SELECT * FROM vault_door"), "content": thief.rows("SELECT * FROM vault_sealed")}
    assert all(closed.values())
    opened = []
    with thief.at_work():
        keys = [doors.run(params_of(row), scene.passwords["meja"]) for row in closed["door"]]
        pairs = zip(closed["door"], keys, strict=True)
        assert sum(opens_door(row, one.kek) for row, one in pairs) == 1, "with the password as well, one does"
        for label in pepper.Label:
            key = pepper.key(label)
            opened += [row for row in closed["door"] if opens_door(row, key)]
            opened += [row for row in closed["content"] if opens_content(row, key)]
            seed = pepper.hkdf(key, layout.label("recovery-seed"), layout.SEED_BYTES)
            opened += [label] * thief.try_everything(wrapping.from_seed(seed))

    assert opened == []


def params_of(row: dict[str, Any]) -> DoorParams:
    """Return what a stored door says of its cost."""
    return DoorParams(row["salt"], row["memory_kib"], row["iterations"], row["lanes"])


def opens_door(row: dict[str, Any], key: bytes) -> bool:
    """Say whether a key opens somebody's private bundle."""
    try:
        doors.open_closed(row["bundle"], key, row["principal_id"])
    except Tampered:
        return False
    return True


def opens_content(row: dict[str, Any], key: bytes) -> bool:
    """Say whether a key, or what would come of it as a data key, opens a content."""
    part = Compartment(row["compartment"])
    place = sealing.Place(row["dossier_id"], part, row["ref"], row["epoch"], row["version"])
    for one in (key, sealing.compartment_key(key, part)):
        try:
            sealing.open_content(one, row["envelope"], place, pepper.installation())
        except Tampered:
            continue
        return True
    return False


# --- shares -----------------------------------------------------------------------------------------------------------


def force(shares: tuple[str, ...]) -> KemPrivate:
    """Put shares together as somebody would who does not care how many it takes: no count, no check."""
    read = [Share.from_mnemonic(share) for share in shares]
    points = [shamir.RawShare(one.index, one.value) for one in read]
    secret = shamir._interpolate(points, 255)
    first = read[0]
    root = cipher.decrypt(secret, b"", first.iteration_exponent, first.identifier, first.extendable)
    return wrapping.from_seed(pepper.hkdf(root, layout.label("recovery-seed"), layout.SEED_BYTES))


@pytest.mark.parametrize("two", list(combinations(range(recovery.SHARES), 2)))
def test_two_shares_and_the_pepper_open_nothing(scene: Scene, thief: Thief, two: tuple[int, int]) -> None:
    shares = tuple(scene.counter.team.shares[number] for number in two)
    with pytest.raises(WrongKey):
        recovery.combine(shares)

    assert thief.try_everything(force(shares)) == 0


@pytest.mark.parametrize("three", list(combinations(range(recovery.SHARES), 3)))
def test_three_shares_and_the_pepper_open_everything(scene: Scene, thief: Thief, three: tuple[int, ...]) -> None:
    shares = tuple(scene.counter.team.shares[number] for number in three)
    (row,) = thief.rows("SELECT id FROM vault_principal WHERE kind = 'recovery'")
    assert force(shares) == recovery.combine(shares)

    loot = thief.plunder(Keyring(row["id"], recovery.combine(shares)))

    assert loot.dossiers == set(scene.dossiers.values())


def test_three_shares_without_the_pepper_open_nothing(scene: Scene, stolen: str) -> None:
    assert Thief(stolen, secrets.token_bytes(32)).try_everything(recovery.combine(scene.counter.team.shares[:3])) == 0
