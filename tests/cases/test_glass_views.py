"""Opening one case with the unit's emergency key, as people see it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ruangaman.accounts import services as accounts
from ruangaman.accounts.models import User
from ruangaman.accounts.types import AgencyKind, Role
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import services
from ruangaman.cases.models import Case, Glass
from ruangaman.core.errors import NotAllowed
from ruangaman.vault.models import Grant
from tests.factories import flow
from tests.factories.accounts import JAN_5, PASSWORD, working
from tests.factories.cases import STORY, Team
from tests.factories.glass import WHY, agree, ask, broken, fresh, let_pass, make_holder
from tests.support.signing_in import signed_in

TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]*')
NAME = "NAMA-UJI Melati"


@pytest.fixture
def holder(team: Team) -> User:
    """Holds the emergency key, and has nothing to do with the case."""
    return make_holder(team)


@pytest.fixture
def case(team: Team) -> Case:
    """A case of today."""
    return team.open(at=timezone.now())


def post(client: Client, path: str, **data: Any) -> Any:
    return client.post(path, data)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def asked(client: Client, case: Case, **more: Any) -> str:
    """Ask as the form does; return the address of the opening."""
    facts = {"reason": "missing", "words": WHY, "wait": "sekarang", **more}
    answer = post(client, f"/darurat/{case.code}/", **facts)
    assert answer.status_code == 302, text_of(answer)
    return str(answer["Location"])


def test_from_the_code_to_the_case_and_out_again(team: Team, holder: User, case: Case) -> None:
    client = signed_in(holder)
    assert client.get(f"/kasus/{case.code}/").status_code == 404
    heard = case.code.lower().replace("-", " ")
    assert post(client, "/darurat/", code=heard)["Location"] == f"/darurat/{case.code}/"
    page = text_of(client.get(f"/darurat/{case.code}/"))
    assert "60 menit" in page
    assert NAME not in page

    way = asked(client, case)
    assert "Buka sekarang" in text_of(client.get(way))
    assert post(client, f"{way}buka", password="salah salah salah").status_code == 422
    assert NAME not in text_of(client.get(way))
    assert post(client, f"{way}buka", password=PASSWORD)["Location"] == way
    page = text_of(client.get(way))
    assert NAME in page
    assert STORY in page
    assert "Anda membaca dengan kunci darurat" in page
    assert "/kasus/" not in re.sub(r'href="/kasus/"', "", page)  # nothing to do there

    banner = text_of(signed_in(team.manager).get(f"/kasus/{case.code}/"))
    assert f"{holder.display_name} sedang membaca kasus ini dengan kunci darurat" in banner
    assert f'action="{way}tutup"' in banner
    assert post(client, f"{way}tutup").status_code == 302
    page = text_of(client.get(way))
    assert NAME not in page
    assert "Perlu ditinjau" in page
    assert "sedang membaca" not in text_of(signed_in(team.manager).get(f"/kasus/{case.code}/"))


def test_a_wrong_code_answers_as_one_of_another_unit(team: Team, holder: User, case: Case) -> None:
    with working(role=DatabaseRole.MIGRATE):
        agency = accounts.create_agency(code="lain", name="Lain", kind=AgencyKind.PARTNER, at=JAN_5)
        unit = accounts.create_unit(agency=agency, code="lain", name="Lain", by=None, at=JAN_5)
    far = team.open(at=timezone.now())
    Case.objects.filter(pk=far.pk).update(unit=unit)
    client = signed_in(holder)

    answers = []
    for code in (far.code, "K-00000000", "K-AAAAAAA", "apa saja"):
        answer = post(client, "/darurat/", code=code)
        headers = sorted((name, value) for name, value in answer.headers.items() if name != "Content-Length")
        answers.append((answer.status_code, headers, TOKEN.sub(r"\1", text_of(answer)).replace(code, "")))
    assert answers[0][0] == 422
    for answer in answers[1:]:
        assert answer == answers[0]
    assert AuditEvent.objects.filter(type="cases.glass_missed", actor=str(holder.principal_id)).count() == 4
    assert not [one for one in AuditEvent.objects.filter(type="cases.glass_missed") if far.code in str(one.detail)]
    assert post(client, "/darurat/", code=case.code).status_code == 302
    for code in (far.code, "K-00000000"):
        assert client.get(f"/darurat/{code}/").status_code == 404


def test_a_wrong_code_costs_the_same_queries(team: Team, holder: User, django_assert_num_queries: Any) -> None:
    with working(role=DatabaseRole.MIGRATE):
        agency = accounts.create_agency(code="lain", name="Lain", kind=AgencyKind.PARTNER, at=JAN_5)
        unit = accounts.create_unit(agency=agency, code="lain", name="Lain", by=None, at=JAN_5)
    far = team.open(at=timezone.now())
    Case.objects.filter(pk=far.pk).update(unit=unit)
    client = signed_in(holder)
    post(client, "/darurat/", code="K-00000000")
    with django_assert_num_queries(_count(client, "K-00000000")):
        post(client, "/darurat/", code=far.code)


def _count(client: Client, code: str) -> int:
    with CaptureQueriesContext(connection) as found:
        post(client, "/darurat/", code=code)
    return len(found)


def test_a_locked_screen_ends_it(holder: User, case: Case) -> None:
    client = signed_in(holder)
    way = asked(client, case)
    post(client, f"{way}buka", password=PASSWORD)
    assert NAME in text_of(client.get(way))

    post(client, "/layar/tutup")
    assert client.get(way).status_code == 302
    assert post(client, "/terkunci/", password=PASSWORD, next=way).status_code == 302
    page = text_of(client.get(way))
    assert NAME not in page
    assert "layar terkunci" in page
    assert Glass.objects.get().ending == "locked"


def test_another_session_of_the_same_person_reads_nothing_and_ends_nothing(holder: User, case: Case) -> None:
    client, other = signed_in(holder), signed_in(holder)
    way = asked(client, case)
    post(client, f"{way}buka", password=PASSWORD)

    page = text_of(other.get(way))
    assert NAME not in page
    assert STORY not in page
    assert "sedang terbuka di peramban atau perangkat tempat Anda memulainya" in page
    assert Glass.objects.get().closed_at is None
    assert NAME in text_of(client.get(way)), "it goes on where it was begun"
    assert AuditEvent.objects.filter(type="vault.revealed", detail__purpose="break_glass").count() == 1

    assert post(other, f"{way}tutup").status_code == 302
    assert NAME not in text_of(client.get(way)), "closed on purpose, it is over for both"


def test_a_session_that_read_another_opening_ends_nothing(team: Team, holder: User, case: Case) -> None:
    client, other = signed_in(holder), signed_in(holder)
    way = asked(client, case)
    post(client, f"{way}buka", password=PASSWORD)
    further = asked(other, team.open(at=timezone.now()))
    post(other, f"{further}buka", password=PASSWORD)

    assert NAME not in text_of(other.get(way))
    assert NAME in text_of(client.get(way))


def test_the_reading_says_what_was_done_and_not_who_holds_what(team: Team, holder: User, case: Case) -> None:
    flow.check_safety(case, by=team.manager, at=timezone.now())
    client = signed_in(holder)
    way = asked(client, case)
    post(client, f"{way}buka", password=PASSWORD)

    page = text_of(client.get(way))
    assert "Keselamatan diperiksa: aman" in page
    assert "Belum ada yang memegang" not in page
    assert "Terbuka selama akses darurat ini" in page
    assert "/kasus/" not in re.sub(r'href="/kasus/"', "", page)


def test_whose_case_it_is_has_it_in_the_queue_at_once_until_it_is_reviewed(
    team: Team, holder: User, case: Case
) -> None:
    stranger = signed_in(team.office.user(Role.MANAJER, username="orang.lain"))
    client, manager, head = signed_in(holder), signed_in(team.manager), signed_in(team.head)
    way = asked(client, case)
    said = f"{holder.display_name} sedang membaca kasus ini dengan kunci darurat"
    assert said not in text_of(manager.get("/kerja/"))

    post(client, f"{way}buka", password=PASSWORD)
    page = text_of(manager.get("/kerja/"))
    assert said in page
    assert f'href="/kasus/{case.code}/"' in page
    assert said in text_of(head.get("/kerja/"))
    assert said not in text_of(stranger.get("/kerja/"))
    assert said not in text_of(client.get("/kerja/"))

    post(client, f"{way}tutup")
    page = text_of(manager.get("/kerja/"))
    assert said not in page
    assert "menunggu ditinjau" in page
    assert post(head, f"{way}tinjau", verdict="right", words="Sudah dibicarakan.").status_code == 302
    assert "menunggu ditinjau" not in text_of(manager.get("/kerja/"))


def test_after_an_hour_the_same_address_shows_no_more(holder: User, case: Case) -> None:
    client = signed_in(holder)
    way = asked(client, case)
    post(client, f"{way}buka", password=PASSWORD)
    assert NAME in text_of(client.get(way))
    let_pass(Glass.objects.get(), timedelta(minutes=60))
    page = text_of(client.get(way))
    assert NAME not in page
    assert "Perlu ditinjau" in page


def test_the_second_person_answers_and_a_third_reviews(team: Team, holder: User, case: Case) -> None:
    client, head, guard = signed_in(holder), signed_in(team.head), signed_in(team.office.guard)
    way = asked(client, case, wait="tunggu")
    assert "Buka sekarang" not in text_of(client.get(way))
    assert post(client, f"{way}buka", password=PASSWORD).status_code == 409
    assert "menunggu orang kedua" in text_of(head.get("/kerja/"))
    page = text_of(head.get(way))
    assert WHY in page
    assert "Anda orang keduanya" in page
    assert post(client, f"{way}setuju").status_code == 409
    assert post(head, f"{way}setuju").status_code == 302
    assert post(client, f"{way}buka", password=PASSWORD).status_code == 302
    assert NAME not in text_of(head.get(way))
    assert post(guard, f"{way}tutup").status_code == 302

    assert head.get(f"{way}tinjau").status_code == 404
    assert client.get(f"{way}tinjau").status_code == 404
    assert "perlu Anda tinjau" in text_of(guard.get("/kerja/"))
    page = text_of(guard.get(f"{way}tinjau"))
    assert WHY in page
    assert post(guard, f"{way}tinjau").status_code == 422
    found = {"verdict": "wrong", "words": "TINJAUAN-UJI"}
    assert post(guard, f"{way}tinjau", **found).status_code == 302
    page = text_of(head.get(way))
    assert "Tidak perlu" in page
    assert "TINJAUAN-UJI" in page
    assert "/pengaturan/darurat/" in page
    assert "Tidak perlu" in text_of(guard.get("/darurat/"))


def test_the_manager_reads_who_reads_and_whose_turn_the_review_is(team: Team, holder: User, case: Case) -> None:
    glass = broken(case, holder)
    page = text_of(signed_in(team.manager).get("/kerja/"))
    assert f"Dibaca oleh {holder.display_name}" in page
    let_pass(glass, timedelta(hours=2))
    row = text_of(signed_in(team.manager).get("/kerja/")).split("menunggu ditinjau")[1].split("</li>")[0]
    assert "Kepala unit atau petugas pelindungan data" in row
    assert "<p>Anda</p>" not in row
    assert f"Akses darurat oleh {holder.display_name} perlu Anda tinjau" in text_of(
        signed_in(team.office.guard).get("/kerja/")
    )


def test_one_no_is_enough_and_who_asked_takes_it_back(team: Team, holder: User, case: Case) -> None:
    client, head = signed_in(holder), signed_in(team.head)
    way = asked(client, case, wait="tunggu")
    assert post(head, f"{way}tolak").status_code == 302
    assert "ditolak orang kedua" in text_of(client.get(way))
    way = asked(client, case, wait="tunggu")
    assert post(client, f"{way}tutup").status_code == 302
    assert "dibatalkan oleh yang meminta" in text_of(client.get(way))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"words": "darurat"}, "Tulis sedikit lebih banyak"),
        ({"words": ""}, "perlu diisi"),
        ({"reason": "x"}, "tidak kami kenal"),
        ({"wait": ""}, "perlu diisi"),
    ],
)
def test_what_is_wrong_is_said_above_the_form(holder: User, case: Case, wrong: dict[str, str], words: str) -> None:
    facts = {"reason": "life", "words": WHY, "wait": "tunggu"} | wrong
    answer = post(signed_in(holder), f"/darurat/{case.code}/", **facts)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not Glass.objects.exists()


def test_a_case_that_is_not_wrapped_says_whom_to_call(team: Team, holder: User, case: Case) -> None:
    Grant.objects.filter(principal_id=team.office.unit.breakglass_id, dossier_id=case.dossier_id).delete()
    page = text_of(signed_in(holder).get(f"/darurat/{case.code}/"))
    assert "Kunci darurat tidak membuka kasus ini" in page
    assert "tiga dari lima pemegang kepingan" in page
    assert "<textarea" not in page
    answer = post(signed_in(holder), f"/darurat/{case.code}/", reason="life", words=WHY, wait="sekarang")
    assert answer.status_code == 422


def test_a_frozen_right_is_told_on_every_page_that_matters(team: Team, holder: User, case: Case) -> None:
    glass = broken(case, holder)
    let_pass(glass, timedelta(days=8))
    services.freeze_late(at=timezone.now())
    client = signed_in(holder)
    for path in ("/darurat/", "/pengaturan/", f"/darurat/{case.code}/"):
        assert "dibekukan" in text_of(client.get(path)), path
    assert "dibekukan" in text_of(signed_in(team.head).get("/pengaturan/darurat/"))
    answer = post(client, "/darurat/", code=case.code)
    assert answer.status_code == 422
    assert 'name="code"' not in text_of(answer)
    answer = post(client, f"/darurat/{case.code}/", reason="life", words=WHY, wait="sekarang")
    assert answer.status_code == 422
    assert Glass.objects.count() == 1


def test_who_read_my_file_and_the_trail_say_it_in_words(team: Team, holder: User, case: Case) -> None:
    client = signed_in(holder)
    way = asked(client, case)
    post(client, f"{way}buka", password=PASSWORD)
    client.get(way)
    readers = text_of(signed_in(team.manager).get(f"/kasus/{case.code}/pembaca/"))
    assert holder.display_name in readers
    assert "Akses darurat" in readers
    trail = text_of(signed_in(team.office.guard).get("/pengaturan/jejak/"))
    assert f"membuka kasus {case.code} dengan kunci darurat" in trail
    assert "tanpa orang kedua: ya" in trail


def test_strangers_find_nothing(team: Team, holder: User, case: Case) -> None:
    glass = ask(case, holder)
    way = f"/darurat/{glass.pk}/"
    acts = [f"{way}{step}" for step in ("setuju", "tolak", "buka", "tutup")]
    for who in (team.desk, team.companion, team.office.user(Role.ADMIN), team.office.user(Role.AUDITOR)):
        client = signed_in(who)
        for path in ("/darurat/", f"/darurat/{case.code}/", way, f"{way}tinjau"):
            assert client.get(path).status_code == 404, (who, path)
        for path in ("/darurat/", f"/darurat/{case.code}/", *acts):
            assert post(client, path).status_code == 404, (who, path)
    assert signed_in(holder).get(way).status_code == 200
    assert fresh(glass).closed_at is None


def test_a_head_is_led_to_the_code_and_who_has_keys_is_not(team: Team, case: Case) -> None:
    assert f"/darurat/{case.code}/" in text_of(signed_in(team.head).get(f"/kasus/{case.code}/"))
    assert "/darurat/" not in text_of(signed_in(team.manager).get(f"/kasus/{case.code}/"))
    way = asked(signed_in(team.head), case, wait="tunggu")
    page = text_of(signed_in(team.office.guard).get(way))
    assert "Anda diperlukan untuk meninjaunya nanti" in page
    with pytest.raises(NotAllowed, match="meninjau"):
        agree(Glass.objects.get(), team.office.guard)
