"""Insiders who look for somebody: colleagues of the same unit, of another office, and those who keep the machine.

Each attempt is made twice: at somebody who is there, and at nobody. The answers have to be the same to the byte, none
of what was told may be in them, and the trail has to tell who tried. What is only one's own list is looked at before
and after somebody came in. Those who are to know that a case exists (head, auditor, data protection officer) get no
word of what is in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from difflib import unified_diff
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services as cases
from ruangaman.cases.models import Case
from ruangaman.cases.types import Identity, NewPerson, PersonKind, SafeContact
from ruangaman.core.codelists import Authority, CaseType, RiskLevel
from ruangaman.intake import services as intake
from ruangaman.vault import directory
from ruangaman.vault import services as vault
from ruangaman.vault.types import IdentifierKind
from tests.architecture import world as making
from tests.architecture.test_same_bytes import CHANGING
from tests.architecture.world import CASE_ROLES, NONE, PHOTO, World, make_world
from tests.factories.accounts import working
from tests.factories.cases import add_incident
from tests.factories.desk import KINDS
from tests.support.once import one_transaction
from tests.support.signing_in import signed_in

NIK, NOBODY = "6471035001900777", "6471035001900778"
PHONE, NO_PHONE = "0812-0000-7777", "0812-0000-7778"
NAME = "NAMA-SASARAN Seroja"
REASON = "SEBAB-SASARAN: ia sudah di rumah kakaknya"
WORDS = (
    "NAMA-SASARAN",
    "Seroja",
    "CERITA-SASARAN",
    "KONTAK-SASARAN",
    "ALAMAT-SASARAN",
    "CATATAN-SASARAN",
    "TUGAS-SASARAN",
    "SEBAB-SASARAN",
)
EVERY_FACT = re.compile("|".join([*WORDS, NIK, PHONE, PHONE.replace("-", "")]))
TOKENS = re.compile(r'X-CSRFToken": "[^"]+|name="once" value="[^"]+')
KNOCKED, SEARCHED = "web.knocked", "vault.searched"


Answer = tuple[int, list[tuple[str, str]], str]


@dataclass
class Scene:
    """The world, who is looked for, and who looks."""

    world: World
    case: Case
    things: dict[str, str]
    snoops: dict[str, User]
    before: dict[tuple[str, str], Any]


@dataclass(frozen=True)
class Attempt:
    """One attempt.

    Args:
        who: a key of `Scene.snoops`.
        path: with the names of things in it.
        typed: what goes into a form; None: it is only asked for.
        leaves: the event by which the trail tells of it.
        headers: that a tool would send along.
    """

    who: str
    path: str
    typed: dict[str, str] | None = None
    leaves: str = KNOCKED
    method: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def _case(who: str, *steps: str, **more: Any) -> list[Attempt]:
    return [Attempt(who, f"/kasus/{{case}}/{step}", **more) for step in steps]


NIKS = {NOBODY: NIK, NO_PHONE: PHONE}
ATTEMPTS = [
    # Searching by what one knows of somebody.
    Attempt("manager", "/cari/", {"nomor": "{nik}"}, SEARCHED),
    Attempt("manager", "/cari/", {"nomor": "{spaced}"}, SEARCHED),
    Attempt("manager", "/cari/", {"nomor": "{phone}"}, SEARCHED),
    Attempt("manager", "/cari/", {"nomor": "{world_phone}"}, SEARCHED),
    Attempt("dinsos", "/cari/", {"nomor": "{nik}"}, SEARCHED),
    Attempt("dinsos", "/cari/", {"nomor": "{phone}"}, SEARCHED),
    Attempt("companion", "/cari/", {"nomor": "{nik}"}),
    Attempt("admin", "/cari/", {"nomor": "{nik}"}),
    Attempt("police", "/cari/", {"nomor": "{phone}"}),
    # A code that stood on a paper, typed where it completes itself.
    Attempt("companion", "/palet/", {"cari": "{case}"}),
    Attempt("psychologist", "/palet/", {"cari": "{lower}"}),
    Attempt("lawyer", "/palet/", {"cari": "{bare}"}),
    Attempt("admin", "/palet/", {"cari": "{case}"}),
    Attempt("dinsos", "/palet/", {"cari": "{case_report}"}),
    # The file itself, each page of it, and its paper.
    *_case("companion", "", "pembaca/", "orang/", "orang/{person}/", "catatan/", "tugas/", "orang/{person}/riwayat/"),
    *_case("psychologist", "", "sesi/", "asesmen/", "kejadian/{incident}/", "kejadian/{incident}/riwayat/"),
    *_case("lawyer", "", "polisi/", "izin/", "hak/", "izin/{consent}/cabut"),
    *_case("shelter", "", "layanan/", "aman/"),
    *_case("manager", "", "?cetak=1", "tim/", "akses/", "tutup/", "pelimpahan/", "orang/{person}/hubungan/"),
    *_case("dinsos", "", "lampiran/{case_file}"),
    *_case("admin", "", "pembaca/"),
    *_case("police", ""),
    # What a tool tells from headers.
    *_case("manager", "", headers=(("HTTP_IF_NONE_MATCH", "*"),)),
    *_case("manager", "", headers=(("HTTP_IF_MODIFIED_SINCE", "Mon, 01 Jan 2035 00:00:00 GMT"),)),
    *_case("manager", "", method="head"),
    *_case("companion", "lampiran/{case_file}", headers=(("HTTP_RANGE", "bytes=0-9"),)),
    *_case("companion", "", headers=(("HTTP_HX_REQUEST", "true"),)),
    # The report that it came from, its conversation and its photo.
    Attempt("companion", "/laporan/{case_report}/jawab"),
    Attempt("manager", "/laporan/{case_report}/jawab"),
    Attempt("dinsos", "/laporan/{case_report}/"),
    Attempt("dinsos", "/laporan/{case_report}/akses"),
    Attempt("dinsos", "/laporan/{case_report}/sama", {}),
    Attempt("companion", "/laporan/{case_report}/lampiran/{thread_file}", {}),
    # Writing, to see whether it is refused in another way.
    *_case("companion", "tugas/{task}/selesai", typed={}),
    *_case("manager", "tim/", typed={"user": "x", "role": "pendamping"}),
    *_case("manager", "akses/beri", typed={"user": "x"}),
    *_case("lawyer", "upaya/", typed={"way": "thread"}),
    *_case("shelter", "catatan/", typed={"text": "x", "simpan": "1"}),
    # What waits for keys, emergency keys, and what an office's machine keeper has.
    Attempt("companion", "/kerja/kunci/{waiting}/"),
    Attempt("manager", "/kerja/kunci/{waiting}/lakukan", {}),
    Attempt("companion", "/darurat/{case}/"),
    Attempt("psychologist", "/darurat/{case}/", {"reason": "missing", "words": "x"}),
    Attempt("companion", "/kasus/keputusan/{approval}/"),
]  # fmt: skip
MINE_MIXED = [
    ("manager", "/kasus/{own}/orang/{person}/"),
    ("manager", "/kasus/{own}/tugas/{task}/"),
    ("manager", "/kasus/{own}/kejadian/{incident}/"),
    ("manager", "/kasus/{own}/izin/{consent}/cabut"),
    ("manager", "/kasus/{own}/orang/{person}/riwayat/"),
    ("manager", "/kasus/{own}/lampiran/{case_file}"),
]
"""One's own case in the address, and somebody else's thing behind it."""
ATTEMPTS += [Attempt(who, path) for who, path in MINE_MIXED]

LISTS = [
    "/kerja/", "/kerja/?pemilik=semua", "/kerja/?pemilik=semua&bahaya=tinggi", "/kerja/?wilayah=64.71.03", "/kasus/",
    "/kasus/?bahaya=4", "/kasus/?wilayah=64.71.03", "/kasus/?tahap=assessment", "/kasus/?perlu=late",
    "/kasus/?perlu=mine",
    "/kasus/?perlu=closed", "/kasus/?setelah=4.9999999999999999.ffffffffffffffffffffffffffffffff", "/tugas/",
    "/tulisan/",
    "/cari/", "/palet/", "/kerja/beban/", "/pengaturan/buka-kembali/", "/pengaturan/orang/", "/pengaturan/simpanan/",
    "/serah-terima/", "/pengaturan/permintaan/", "/darurat/", "/kasus/keputusan/", "/pengaturan/jejak/",
]  # fmt: skip
"""Every list there is: its rows, its counts, the numbers beside the navigation, a place behind somebody in order."""


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """An office at work; what each snoop sees in their lists; then somebody comes in whom they are not to know of."""
    moment = timezone.now() + timedelta(minutes=5)
    with one_transaction(django_db_blocker), patch("ruangaman.core.clock.now", lambda: moment):
        world = make_world()
        snoops = _snoops(world)
        before = {(who, path): ask(user, Attempt(who, path), {}) for who, user in snoops.items() for path in LISTS}
        case = _somebody(world)
        facts = making._case_facts(world, case) | {"approval": str(case.approvals.all()[0].pk)}
        yield Scene(world, case, facts, snoops, before)


def _snoops(world: World) -> dict[str, User]:
    """Colleagues without a part in it: of the same unit, of another office, of the machine."""
    own = world.counter.office
    found = {
        "manager": own.user(Role.MANAJER, username="manajer-b"),
        "companion": own.user(Role.PENDAMPING, username="pendamping-b"),
        "psychologist": own.user(Role.PSIKOLOG, username="psikolog-b"),
        "lawyer": own.user(Role.HUKUM, username="hukum-b"),
        "shelter": own.user(Role.RUMAHAMAN, username="rumahaman-b"),
        "dinsos": world.people["dinsos"],
        "admin": world.people["admin"],
        "police": world.people["polisi"],
    }
    making._open(world, making._report(world.counter), world.people["petugas"], found["manager"], team=False)
    return found


def _somebody(world: World) -> Case:
    """Somebody who told everything: report, photo, reply, case, people, incident, notes, tasks, plan."""
    counter, at, team = world.counter, timezone.now(), world.counter.team
    report = counter.send(
        at=at,
        files=(PHOTO,),
        avoid=("dinsos",),
        **{**KINDS, "what": "CERITA-SASARAN", "contact": "phone", "contact_value": PHONE},
    )
    counter.write_back(report, "CERITA-SASARAN", at=at, files=(PHOTO,))
    facts = {"case_type": CaseType.WOMAN, "risk": RiskLevel.TINGGI, "authority": Authority.CITY, "why": REASON}
    counter.do(intake.triage, report, by=counter.first, at=at, **facts)
    case: Case = counter.do(intake.open_case, report, by=counter.first, at=at, manager=team.manager, case_id=uuid4())
    victim = NewPerson(
        kind=PersonKind.VICTIM,
        sex="P",
        identity=Identity(chosen_name=NAME, nik=NIK, address="ALAMAT-SASARAN"),
        contact=SafeContact(way="whatsapp", value="KONTAK-SASARAN"),
        id=uuid4(),
    )
    probes = vault.stretch_all([(IdentifierKind.NIK, NIK), (IdentifierKind.PHONE, PHONE)])
    with working(team.manager):
        cases.add_person(code=case.code, person=victim, probes=probes, by=team.manager, at=at)
        sibling = cases.add_person(code=case.code, person=NewPerson(kind=PersonKind.FAMILY), by=team.manager, at=at)
        cases.tie_people(
            code=case.code,
            person_id=victim.id,
            other_id=sibling.pk,
            kind=making.TieKind.SIBLING,
            by=team.manager,
            at=at,
        )
        add_incident(case, by=team.manager, at=at)
        due = at + timedelta(days=1)
        cases.add_task(code=case.code, title="TUGAS-SASARAN", owner=team.manager, due_at=due, by=team.manager, at=at)
        for role in CASE_ROLES:
            cases.assign(code=case.code, user=world.people[role.value], role=role, by=team.manager, at=at)
        cases.give_access(
            code=case.code,
            user=world.readers[case.unit_id],
            compartments={making.Compartment.NARRATIVE},
            reason=making.AccessReason.SECOND_VIEW,
            not_after=at + timedelta(days=9),
            by=team.manager,
            at=at,
        )
        vault.ask_for_new_epoch(dossier_ids=[case.dossier_id], reason="left", by=team.manager, at=at)
    making.Meeting.objects.create(
        found_id=case.dossier_id, origin_id=report.dossier_id, origin_code=report.code, met_at=at
    )
    making._begin_flow(case, team.manager, at)
    return case


def ask(user: User, attempt: Attempt, things: dict[str, str]) -> Answer:
    """Status, headers and page of an attempt, without the form's token; what it changed in the session is forgotten."""
    client = signed_in(user)
    path = attempt.path.format(**things)
    method = attempt.method or ("get" if attempt.typed is None else "post")
    typed = {key: value.format(**things) for key, value in (attempt.typed or {}).items()}
    answer = (
        getattr(client, method)(path, typed, **dict(attempt.headers))
        if method == "post"
        else getattr(client, method)(path, **dict(attempt.headers))
    )
    body = b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, sorted(answer.headers.items()), CHANGING.sub(rb"\1", body).decode()


def targets(scene: Scene) -> tuple[dict[str, str], dict[str, str]]:
    """What to put into an address or a form: of who is there, and of nobody."""
    own = Case.objects.exclude(pk=scene.case.pk).get(manager=scene.snoops["manager"])
    mine = {"own": own.code, "own_person": str(own.people.all()[0].pk)}

    def of(things: dict[str, str], nik: str, phone: str) -> dict[str, str]:
        code = things["case"]
        spaced = f"{nik[:4]} {nik[4:8]} {nik[8:12]} {nik[12:]}"
        forms = {"lower": code.lower(), "bare": code[2:], "spaced": spaced, "world_phone": "+62" + phone[1:]}
        return {**things, **mine, **forms, "nik": nik, "phone": phone}

    return of(scene.things, NIK, PHONE), of(NONE, NOBODY, NO_PHONE)


def blur(answer: Answer, things: dict[str, str]) -> Answer:
    """An answer without what the snoop typed, which a page may show again."""
    status, headers, page = _steady(answer)
    for key in ("nik", "spaced", "phone", "world_phone", "case_report", "lower", "case", "bare"):
        page = page.replace(things[key], f"({key})")
    return status, headers, page


def test_there_are_at_least_fifty_attempts_by_everybody_who_is_near() -> None:
    assert len({repr(one) for one in ATTEMPTS}) >= 50
    assert len({one.who for one in ATTEMPTS}) == 8


@pytest.mark.parametrize(
    "attempt", ATTEMPTS, ids=lambda one: f"{one.who} {one.method}{one.path} {one.headers[:1] or ''}"
)
def test_somebody_is_answered_like_nobody_and_the_trail_tells_who_tried(scene: Scene, attempt: Attempt) -> None:
    there, nobody = targets(scene)
    user = scene.snoops[attempt.who]

    known = _counted(user)
    found = ask(user, attempt, there)
    left = _counted(user) - known

    assert not EVERY_FACT.search(blur(found, there)[2])
    assert _differences(blur(found, there), blur(ask(user, attempt, nobody), nobody)) == []
    assert attempt.leaves in left


@pytest.mark.parametrize(
    "attempt", ATTEMPTS, ids=lambda one: f"{one.who} {one.method}{one.path} {one.headers[:1] or ''}"
)
def test_the_database_is_asked_the_same_for_somebody_as_for_nobody(scene: Scene, attempt: Attempt) -> None:
    there, nobody = targets(scene)
    user = scene.snoops[attempt.who]

    asked = []
    for things in (there, nobody):
        directory.forget()  # what a process remembers for a while would make the second one shorter
        with CaptureQueriesContext(
            connection,
        ) as queries:
            ask(user, attempt, things)
        asked.append([re.sub(r"'[^']*'|[0-9]+", "?", one["sql"]) for one in queries.captured_queries])

    assert asked[0] == asked[1], "how long it takes would tell"


@pytest.mark.parametrize("path", LISTS)
def test_no_list_and_no_number_beside_it_is_another_one_since(scene: Scene, path: str) -> None:
    for who, user in scene.snoops.items():
        before, since = scene.before[who, path], ask(user, Attempt(who, path), {})
        assert _differences(_steady(before), _steady(since)) == [], who


def test_those_who_may_know_of_a_case_get_no_word_of_it_and_are_remembered(scene: Scene) -> None:
    people = scene.world.people
    for who, path in (
        ("kepala", f"/kasus/{scene.case.code}/"),
        ("kepala", f"/kasus/{scene.case.code}/pembaca/"),
        ("kepala", "/kasus/"),
        ("kepala", "/kerja/?pemilik=semua"),
        ("kepala", "/kerja/beban/"),
        ("auditor", f"/pengaturan/jejak/?kode={scene.case.code}"),
        ("dpo", f"/pengaturan/jejak/pembaca/?kode={scene.case.code}"),
    ):
        status, _headers, page = ask(people[who], Attempt(who, path), {})
        assert status == 200, (who, path)
        assert not EVERY_FACT.search(page), (who, path)
    told = {event.type for who in ("auditor", "dpo") for event in _rows(people[who])}
    assert {"web.trail_read", "web.readers_read"} <= told


def test_the_attempts_would_see_a_fact(scene: Scene) -> None:
    manager = scene.world.counter.manager
    there, nobody = targets(scene)
    for attempt in (
        Attempt("", "/kasus/{case}/"),
        Attempt("", "/cari/", {"nomor": "{nik}"}),
        Attempt("", "/palet/", {"cari": "{bare}"}),
        Attempt("", "/kasus/"),
    ):
        found = ask(manager, attempt, there)
        assert found[0] == 200
        assert scene.case.code in found[2]
        if attempt.path != "/kasus/":
            assert blur(found, there) != blur(ask(manager, attempt, nobody), nobody)
    assert NAME in ask(manager, Attempt("", "/kasus/{case}/"), there)[2]


def _counted(user: User) -> Counter[str]:
    """How often the trail tells of each thing that somebody did."""
    return Counter(_rows(user).values_list("type", flat=True))


def _rows(user: User) -> Any:
    return AuditEvent.objects.filter(actor=str(user.principal_id))


def _differences(first: Answer, second: Answer) -> list[str]:
    """The lines in which two answers differ."""
    texts = [f"{status}\n{headers}\n{page}".splitlines() for status, headers, page in (first, second)]
    return list(unified_diff(*texts, n=0))


def _steady(answer: Answer) -> Answer:
    """An answer without the tokens that each page has anew."""
    status, headers, page = answer
    return status, headers, TOKENS.sub("(token)", page)
