"""The dictionary of people and incidents: asked when it is needed, sealed, and what follows shown as derived."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.http import Http404
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import selectors, services
from ruangaman.cases.errors import CaseClosed, UnknownCode
from ruangaman.cases.models import Access, Case, Incident, IncidentLink, Person
from ruangaman.cases.types import (
    AboutEvent,
    AboutPair,
    AboutVictim,
    AccessReason,
    Identity,
    NewPerson,
    PairChange,
    PersonKind,
    VictimLink,
    identity_of,
    note_content,
    person_content,
)
from ruangaman.cases.types.incidents import about_event, about_pair, about_victim
from ruangaman.codelists import services as codelists
from ruangaman.codelists.types import ListKey, NewCode
from ruangaman.core.errors import NotAllowed, NotFound
from ruangaman.vault.models import Sealed
from ruangaman.vault.types import Compartment
from tests.cases.test_views import page, send
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_3, Team, read
from tests.support.signing_in import signed_in

ASKED = AboutVictim(penetration="no", contact="yes", goods="yes", impact=("TRAUMA",), articles=("PELECEHAN_FISIK",))


@pytest.fixture
def case(team: Team) -> Case:
    """A case with a companion, a psychologist and somebody of the shelter."""
    case = team.open()
    team.assign(case, team.companion, team.psychologist, team.shelter)
    return case


@pytest.fixture
def incident(team: Team, case: Case) -> Incident:
    """Something that happened to the victim, by the accused and by somebody unknown."""
    victim, accused = case.people.get(kind="victim"), case.people.get(kind="perpetrator")
    with working(team.companion):
        return services.add_incident(
            code=case.code,
            forms=["FISIK", "SEKSUAL"],
            place="RUMAH",
            kecamatan="64.71.03",
            from_on=date(2026, 1, 20),
            to_on=None,
            narrative=note_content("KRONOLOGI-UJI"),
            about=AboutEvent(wish="KEINGINAN-UJI", weapon="yes", time="21:30"),
            links=[VictimLink(victim.pk, accused.pk, "SUAMI_ISTRI"), VictimLink(victim.pk, None, "NA", ("FISIK",))],
            by=team.companion,
            at=FEB_3,
        )


def answer(by: User, case: Case, incident: Incident, **facts: Any) -> Incident:
    """Keep answers about the victim as somebody."""
    link = incident.links.get(perpetrator__isnull=False)
    wanted: dict[str, Any] = {
        "code": case.code,
        "incident_id": incident.pk,
        "victim_id": link.victim_id,
        "victim": ASKED,
        "pairs": [PairChange(link.pk, "MANTAN", ("SEKSUAL",), AboutPair(lives_together="no", legal_status="DITAHAN"))],
        "by": by,
        "at": FEB_3,
    }
    with working(by):
        return services.answer_about_victim(**{**wanted, **facts})


def test_answers_are_sealed_with_the_story_which_stays_as_it_was(team: Team, case: Case, incident: Incident) -> None:
    answer(team.companion, case, incident)

    link, other = incident.links.get(perpetrator__isnull=False), incident.links.get(perpetrator=None)
    assert (link.relation, link.forms) == ("MANTAN", ["SEKSUAL"])
    assert (other.relation, other.forms) == ("NA", ["FISIK"])
    assert Sealed.objects.get(ref=incident.narrative_ref).version == 2
    content = read(team.manager, incident.narrative_ref)[incident.narrative_ref]
    assert content["text"] == "KRONOLOGI-UJI"
    assert about_event(content) == AboutEvent(wish="KEINGINAN-UJI", weapon="yes", time="21:30")
    assert about_victim(content, link.victim_id) == ASKED
    assert about_pair(content, link.victim_id, link.perpetrator_id) == AboutPair("no", "DITAHAN")
    assert about_pair(content, link.victim_id, None) == AboutPair()
    event = AuditEvent.objects.get(type="cases.answers_kept")
    assert event.detail == {"incident": str(incident.pk), "links": 1}


def test_answers_about_one_victim_leave_those_about_another(team: Team, case: Case) -> None:
    first = case.people.get(kind="victim")
    with working(team.companion):
        second = services.add_person(
            code=case.code, person=NewPerson(kind=PersonKind.VICTIM), by=team.companion, at=FEB_3
        )
        both = services.add_incident(
            code=case.code, forms=["FISIK"], place="RUMAH", kecamatan="", from_on=None, to_on=None,
            narrative=note_content("x"), links=[VictimLink(one.pk, None, "NA") for one in (first, second)],
            by=team.companion, at=FEB_3,
        )  # fmt: skip
    answer_to = {"case": case, "incident": both, "pairs": []}
    _answer_plain(team, **answer_to, victim_id=first.pk, victim=AboutVictim(contact="yes"))
    _answer_plain(team, **answer_to, victim_id=second.pk, victim=AboutVictim(harmful="yes"))
    _answer_plain(team, **answer_to, victim_id=second.pk, victim=AboutVictim(marriage="no"))

    content = read(team.manager, both.narrative_ref)[both.narrative_ref]
    assert about_victim(content, first.pk) == AboutVictim(contact="yes")
    assert about_victim(content, second.pk) == AboutVictim(marriage="no")


def _answer_plain(team: Team, *, case: Case, incident: Incident, **facts: Any) -> None:
    with working(team.companion):
        services.answer_about_victim(code=case.code, incident_id=incident.pk, by=team.companion, at=FEB_3, **facts)


def test_who_holds_no_key_for_the_story_answers_nothing(team: Team, case: Case, incident: Incident) -> None:
    with pytest.raises(NotAllowed):
        answer(team.shelter, case, incident)
    with pytest.raises(NotFound):
        answer(team.lawyer, case, incident)
    assert Sealed.objects.get(ref=incident.narrative_ref).version == 1

    answer(team.psychologist, case, incident)  # the control: she holds it
    assert Sealed.objects.get(ref=incident.narrative_ref).version == 2


def test_who_only_reads_for_a_while_corrects_nobody_and_answers_nothing(
    team: Team, case: Case, incident: Incident
) -> None:
    """Reading a part is no part in the work: neither new words nor other ones in the place of those that stand."""
    reader = team.office.user(Role.PENDAMPING, username="pembaca")
    with working(team.manager):
        services.give_access(
            code=case.code, user=reader, compartments={Compartment.NARRATIVE, Compartment.IDENTITY},
            reason=AccessReason.SECOND_VIEW, not_after=timezone.now() + timedelta(days=9),
            by=team.manager, at=timezone.now(),
        )  # fmt: skip
    person = case.people.get(kind="perpetrator")
    edit = {
        "code": case.code, "person_id": person.pk, "kind": PersonKind.PERPETRATOR, "sex": "L", "age_group": "",
        "identity": Identity(full_name="LAIN"), "contact": None, "at": timezone.now(),
    }  # fmt: skip
    assert Access.objects.filter(user=reader).exists()
    with pytest.raises(NotAllowed):
        answer(reader, case, incident)
    with working(reader), pytest.raises(NotAllowed):
        services.edit_person(**edit, by=reader)
    assert case.people.get(pk=person.pk).identity_ref == person.identity_ref

    with working(team.companion):
        services.edit_person(**edit, by=team.companion)
    assert case.people.get(pk=person.pk).identity_ref != person.identity_ref


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"victim": AboutVictim(impact=("APA",))}, UnknownCode),
        ({"victim": AboutVictim(articles=("APA",))}, UnknownCode),
        ({"victim": AboutVictim(ampk=("z",))}, UnknownCode),
        ({"victim_id": uuid4()}, NotFound),
        ({"incident_id": uuid4()}, NotFound),
        ({"pairs": [PairChange(uuid4(), "NA", ("FISIK",), AboutPair())]}, NotFound),
    ],
)
def test_what_is_in_no_list_or_in_no_incident_is_refused(
    team: Team, case: Case, incident: Incident, facts: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        answer(team.companion, case, incident, **facts)
    assert Sealed.objects.get(ref=incident.narrative_ref).version == 1
    assert not AuditEvent.objects.filter(type="cases.answers_kept").exists()


def test_a_closed_case_takes_no_answers(team: Team, case: Case, incident: Incident) -> None:
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    with pytest.raises(CaseClosed):
        answer(team.companion, case, incident)


@pytest.mark.parametrize("facts", [{"forms": ["APA"]}, {"place": "APA"}, {"relation": "APA"}])
def test_an_incident_takes_codes_of_the_lists_only(team: Team, case: Case, facts: dict[str, Any]) -> None:
    victim = case.people.get(kind="victim")
    wanted = {"forms": ["FISIK"], "place": "RUMAH"} | {key: facts[key] for key in facts if key != "relation"}
    with working(team.companion), pytest.raises(UnknownCode):
        services.add_incident(
            code=case.code, kecamatan="", from_on=None, to_on=None, narrative=note_content("x"),
            links=[VictimLink(victim.pk, None, facts.get("relation", "NA"))], by=team.companion, at=FEB_3, **wanted,
        )  # fmt: skip
    assert not Incident.objects.exists()


def test_a_service_type_that_the_office_adds_is_recorded_and_read_on_the_page(team: Team, case: Case) -> None:
    admin = team.office.user(Role.ADMIN)
    words = NewCode("Antar jemput sekolah", "School run", extra={"function": "PENDAMPINGAN", "task": "e"})
    data = {"type": "ANTAR_SEKOLAH", "on": timezone.localdate().isoformat(), "provider": str(case.unit_id)}
    assert send(team.companion, f"/kasus/{case.code}/layanan/", **data).status_code == 422
    with working(admin):
        codelists.add_code(
            key=ListKey.SERVICE_TYPE, code="ANTAR_SEKOLAH", new=words, since=date(2026, 1, 1), by=admin, at=FEB_1
        )

    assert "Antar jemput sekolah" in page(team.companion, f"/kasus/{case.code}/layanan/")
    assert send(team.companion, f"/kasus/{case.code}/layanan/", **data).status_code == 302
    assert "Layanan antar jemput sekolah" in page(team.manager, f"/kasus/{case.code}/")


def test_codes_are_counted_for_who_keeps_the_lists_and_small_numbers_are_not_told(team: Team, case: Case) -> None:
    admin = team.office.user(Role.ADMIN)

    def count(by: User, key: ListKey, code: str) -> int | None:
        with working(by):
            return selectors.counting.count_code(key, code)

    assert count(admin, ListKey.PLACE, "RUMAH") == 0
    for number in range(1, 7):
        _happen(team, case)
        assert count(admin, ListKey.PLACE, "RUMAH") == max(4, number)
        assert count(admin, ListKey.VIOLENCE_FORM, "FISIK") == max(4, number)
        assert count(admin, ListKey.RELATION, "NA") == max(4, number)
    assert count(admin, ListKey.AGE_GROUP, "25-44") == 4
    assert count(admin, ListKey.SERVICE_TYPE, "KESEHATAN") == 0
    assert count(admin, ListKey.RELIGION, "ISLAM") is None
    for by in (team.manager, team.head):
        assert count(by, ListKey.PLACE, "RUMAH") is None


def _happen(team: Team, case: Case) -> None:
    victim = case.people.get(kind="victim")
    with working(team.companion):
        services.add_incident(
            code=case.code, forms=["FISIK"], place="RUMAH", kecamatan="", from_on=None, to_on=None,
            narrative=note_content("x"), links=[VictimLink(victim.pk, None, "NA")], by=team.companion, at=FEB_3,
        )  # fmt: skip


def test_a_pair_is_corrected_through_a_grant_and_by_nobody_else_in_the_database(
    team: Team, case: Case, incident: Incident
) -> None:
    link = incident.links.get(perpetrator=None)
    for stranger in (team.lawyer, team.desk):
        with working(stranger):
            assert IncidentLink.objects.filter(pk=link.pk).update(relation="TEMAN") == 0
    with working(team.head):  # sees it, writes nothing
        assert IncidentLink.objects.filter(pk=link.pk).exists()
        assert IncidentLink.objects.filter(pk=link.pk).update(relation="TEMAN") == 0
    with working(team.companion):
        assert IncidentLink.objects.filter(pk=link.pk).update(relation="TEMAN") == 1
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            IncidentLink.objects.filter(pk=link.pk).update(victim=case.people.get(kind="perpetrator"))


def test_everything_about_somebody_is_sealed_and_comes_back(team: Team, case: Case) -> None:
    whole = Identity(
        chosen_name="NAMA-UJI", nik="6471995703980001", kk="6471990000000001", birth="2008-03",
        card_address="ALAMAT-UJI", pregnant="no", children="2", ethnicity="SUKU-UJI",
        education="SLTA", occupation="PRT", marital_status="KAWIN",
        citizenship="WNI", religion="ISLAM", disabilities=("NETRA", "FISIK"), accommodations=("BRAILLE",),
    )  # fmt: skip
    assert identity_of(person_content(whole)) == whole
    with working(team.companion):
        row = services.add_person(
            code=case.code, person=NewPerson(kind=PersonKind.WITNESS, identity=whole), by=team.companion, at=FEB_3
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(p)::text FROM cases_person p WHERE id = %s", [row.pk])
        clear = cursor.fetchone()[0]
    for words in ("SLTA", "2008", "6471995703980001", "ISLAM", "NETRA"):
        assert words not in clear
    assert identity_of(read(team.manager, row.identity_ref)[row.identity_ref]) == whole


def test_the_persons_card_says_ages_and_what_is_odd(team: Team, case: Case, incident: Incident) -> None:
    victim = case.people.get(kind="victim")
    address = f"/kasus/{case.code}/orang/{victim.pk}/"
    born = timezone.localdate() - timedelta(days=17 * 365)
    data = {
        "kind": "victim", "sex": "P", "chosen_name": "NAMA-UJI", "age_group": "13-17", "birth_year": str(born.year),
        "birth_month": "", "nik": "6471 9917 0398 0001", "kk": "12", "contact_way": "whatsapp",
        "contact_value": "0812-0000-0000", "disabilities": ["NETRA", "FISIK"], "education": "SLTA", "pregnant": "no",
    }  # fmt: skip
    assert send(team.companion, address, **data).status_code == 302

    text = page(team.companion, f"/kasus/{case.code}/")
    year = timezone.localdate().year
    for words in (
        f"{year - born.year - 1} atau {year - born.year} tahun", "Ganda: ", "SLTA atau sederajat", "+6281200000000",
        "Ini nomor contoh", "Jenis kelamin di dalam NIK berbeda", "Nomor kartu keluarga seharusnya 16 angka",
    ):  # fmt: skip
        assert words in text
    again = page(team.companion, address)
    assert "Ini nomor contoh" in again
    assert f'value="{born.year}"' in again
    assert "6471991703980001" in again


def test_a_synthetic_number_is_no_surprise_where_everything_is_made_up(team: Team, case: Case, settings: Any) -> None:
    victim = Person.objects.filter(case=case, kind="victim").get()
    identity = Identity(nik="6471995703980001")
    for allowed, warnings in ((True, []), (False, ["Ini nomor contoh, bukan NIK orang."])):
        settings.RUANGAMAN_SYNTHETIC_IDS = allowed
        assert selectors.warnings_about(row=victim, identity=identity, at=FEB_3) == warnings


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"birth_day": "17", "birth_year": ""}, "tidak ada di kalender"),
        ({"birth_year": "2023", "birth_month": "2", "birth_day": "30"}, "tidak ada di kalender"),
        ({"birth_year": "1850"}, "tidak mungkin"),
        ({"birth_year": "2999"}, "tidak mungkin"),
        ({"birth_year": "x"}, "misalnya 1998"),
        ({"children": "x"}, "Tulis angka"),
        ({"education": "APA"}, "tidak kami kenal"),
        ({"disabilities": ["APA"]}, "tidak kami kenal"),
    ],
)
def test_what_cannot_be_about_somebody_is_said(team: Team, case: Case, data: dict[str, Any], words: str) -> None:
    answered = send(team.companion, f"/kasus/{case.code}/orang/", kind="witness", sex="P", **data)
    assert answered.status_code == 422
    assert words in answered.content.decode()
    assert send(team.companion, f"/kasus/{case.code}/orang/", kind="witness", sex="P").status_code == 302


def test_the_answers_page_shows_what_was_answered_and_the_case_page_what_follows(
    team: Team, case: Case, incident: Incident
) -> None:
    link = incident.links.get(perpetrator__isnull=False)
    address = f"/kasus/{case.code}/kejadian/{incident.pk}/korban/{link.victim_id}/"
    before = page(team.manager, f"/kasus/{case.code}/")
    assert "Catat jawaban tentang NAMA-UJI Melati" in before
    assert "Kekerasan fisik, sementara" in before
    assert "Ada penetrasi" not in before
    assert "KEINGINAN-UJI" in before

    text = page(team.companion, address)
    own = 0 if text.index("TERLAPOR-UJI") < text.index("Terlapor yang belum dikenal") else 1
    other = 1 - own
    data = {
        f"relation_{own}": "SUAMI_ISTRI", f"forms_{own}": ["SEKSUAL", "FISIK"], f"lives_together_{own}": "yes",
        f"relation_{other}": "NA", f"forms_{other}": ["FISIK"], f"sex_{other}": "L", f"occupation_{other}": "SWASTA",
        "penetration": "yes", "impact": ["TRAUMA"], "articles": ["PERKOSAAN"],
    }  # fmt: skip
    answered = send(team.companion, address, **data)
    assert answered.headers["Location"] == f"/kasus/{case.code}/?sudah=jawaban&di=narrative#narrative"

    text = page(team.manager, f"/kasus/{case.code}/")
    plain = re.sub(r"<[^>]+>", " ", text)
    for words in ("Diturunkan dari jawaban", "Perkosaan", "Kekerasan oleh pasangan atau mantan", "6 sampai 14 hari"):
        assert words in plain
    assert re.search(r"KDRT\)\s+Ya", plain)
    assert "Lengkapi jawaban" in plain
    again = page(team.companion, address)
    assert re.search(r'name="penetration" value="yes"[^>]* checked', again)
    assert re.search(r'value="PERKOSAAN"[^>]* checked', again)


@pytest.mark.parametrize(("born", "was_child"), [("21", True), ("20", False)])
def test_who_was_a_child_then_and_is_none_now_is_said_to_have_been_one(
    team: Team, case: Case, incident: Incident, born: str, was_child: bool
) -> None:
    """It happened on 20 January 2026: a day before the eighteenth birthday, or on it."""
    victim = case.people.get(kind="victim")
    data = {
        "kind": "victim", "sex": "P", "chosen_name": "NAMA-UJI", "age_group": "18-24", "birth_year": "2008",
        "birth_month": "1", "birth_day": born,
    }  # fmt: skip
    assert send(team.companion, f"/kasus/{case.code}/orang/{victim.pk}/", **data).status_code == 302
    answer(team.companion, case, incident)
    Case.objects.filter(pk=case.pk).update(case_type="child")

    plain = " ".join(re.sub(r"<[^>]+>", " ", page(team.manager, f"/kasus/{case.code}/")).split())

    assert ("Kekerasan seksual terhadap anak (anak saat kejadian)" in plain) is was_child
    assert ("Kekerasan seksual terhadap anak" in plain) is was_child
    assert f"Umur saat kejadian {17 if was_child else 18} tahun" in plain
    assert "Anak saat kejadian" in plain, "the case's own kind, beside an age of today"


def test_a_case_of_a_child_who_is_still_one_says_so_and_no_more(team: Team, case: Case) -> None:
    victim = case.people.get(kind="victim")
    born = timezone.localdate() - timedelta(days=15 * 365)
    data = {
        "kind": "victim", "sex": "P", "chosen_name": "NAMA-UJI", "age_group": "13-17", "birth_year": str(born.year),
    }  # fmt: skip
    assert send(team.companion, f"/kasus/{case.code}/orang/{victim.pk}/", **data).status_code == 302
    Case.objects.filter(pk=case.pk).update(case_type="child")
    text = page(team.manager, f"/kasus/{case.code}/")
    assert "<span>Anak</span>" in text
    assert "Anak saat kejadian" not in text


def test_nothing_that_follows_is_stored(team: Team, case: Case, incident: Incident) -> None:
    answer(team.companion, case, incident)
    page(team.manager, f"/kasus/{case.code}/")
    content = read(team.manager, incident.narrative_ref)[incident.narrative_ref]
    for words in ("sexual_assault", "rape", "kdrt", "intimate", "days"):
        assert words not in str(content)


def test_the_answers_page_is_not_there_for_who_may_not_read_the_story(
    team: Team, case: Case, incident: Incident
) -> None:
    link = incident.links.get(perpetrator=None)
    address = f"/kasus/{case.code}/kejadian/{incident.pk}/korban/{link.victim_id}/"
    nothing = f"/kasus/{case.code}/kejadian/{uuid4()}/korban/{link.victim_id}/"
    for who in (team.shelter, team.lawyer, team.head):
        client = signed_in(who)
        assert client.get(address).status_code == client.get(nothing).status_code == 404
    assert signed_in(team.psychologist).get(address).status_code == 200
    with working(team.companion), pytest.raises(Http404):
        selectors.open_answers(case=case, incident_id=incident.pk, victim_id=uuid4(), viewer=team.companion, at=FEB_3)


def test_what_loses_its_use_is_said_while_it_is_of_use(team: Team, case: Case) -> None:
    victim, today = case.people.get(kind="victim"), timezone.localdate()

    def told(days: int, **answers: str) -> str:
        with working(team.companion):
            row = services.add_incident(
                code=case.code, forms=["SEKSUAL"], place="RUMAH", kecamatan="", from_on=today - timedelta(days=days),
                to_on=None, narrative=note_content("x"), links=[VictimLink(victim.pk, None, "NA")],
                by=team.companion, at=timezone.now(),
            )  # fmt: skip
            services.answer_about_victim(
                code=case.code, incident_id=row.pk, victim_id=victim.pk, victim=AboutVictim(**answers), pairs=[],
                by=team.companion, at=timezone.now(),
            )  # fmt: skip
        text = page(team.companion, f"/kasus/{case.code}/")
        return text.split(f"kejadian/{row.pk}/")[0].rsplit("<article", 1)[1]

    assert "Tanyakan segera" in told(1)
    assert "Obat pencegah HIV (PEP)" in told(1, penetration="yes")
    late = told(4, penetration="yes")
    assert "PEP" not in late
    assert "Kontrasepsi darurat" in late
    assert "Kontrasepsi" not in told(7, penetration="yes")
    assert "Tanyakan segera" not in told(7)
    assert "Tanyakan segera" not in told(1, penetration="no")
