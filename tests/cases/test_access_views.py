"""The page that says who can open a case, and the forms behind it, as people see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from ruangaman.accounts.types import Role
from ruangaman.cases import services
from ruangaman.cases.models import Access, Case
from ruangaman.core.regions import zone
from ruangaman.vault.models import LegalHold
from ruangaman.vault.types import Compartment
from tests.cases.test_views import page, send
from tests.factories.accounts import working
from tests.factories.cases import Team
from tests.support.signing_in import signed_in

DAYS = timedelta(days=7)


@pytest.fixture
def case(team: Team) -> Case:
    """A case of today with a companion."""
    case = team.open(at=timezone.now())
    team.assign(case, team.companion, at=timezone.now())
    return case


def until() -> str:
    return (timezone.now().astimezone(zone()) + DAYS).date().isoformat()


def give(team: Team, case: Case, **more: object) -> object:
    asked = {"user": str(team.lawyer.pk), "compartments": [str(int(Compartment.NARRATIVE))], "reason": "court"}
    return send(team.manager, f"/kasus/{case.code}/akses/beri", **{**asked, "until": until(), **more})


def test_the_manager_gives_limits_and_takes_away(team: Team, case: Case) -> None:
    assert f"/kasus/{case.code}/akses/" in page(team.manager, f"/kasus/{case.code}/")
    answer = give(team, case)
    assert (answer.status_code, answer["Location"]) == (302, f"/kasus/{case.code}/akses/?sudah=akses")  # type: ignore[attr-defined, index]
    access = Access.objects.get()
    assert access.not_after.astimezone(zone()).time().isoformat() == "00:00:00"
    text = page(team.manager, f"/kasus/{case.code}/akses/")
    assert team.lawyer.display_name in text
    assert "Menyiapkan persidangan" in text
    assert case.code in page(team.lawyer, "/kasus/")

    way = f"/kasus/{case.code}/akses/{access.pk}"
    later = timezone.localdate(timezone.now() + 2 * DAYS).isoformat()
    assert send(team.manager, f"{way}/waktu", until=later).status_code == 302
    access.refresh_from_db()
    assert access.not_after > timezone.now() + DAYS

    preview = page(team.manager, f"{way}/cabut")
    assert "Yang hilang darinya: Cerita kejadian" in preview
    assert "tetap ia ketahui" in preview
    assert send(team.manager, f"{way}/cabut").status_code == 302
    assert "Dicabut oleh" in page(team.manager, f"/kasus/{case.code}/akses/")
    assert signed_in(team.lawyer).get(f"/kasus/{case.code}/").status_code == 404
    assert signed_in(team.manager).get(f"{way}/cabut").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"until": "2020-01-01"}, "Pilih hari sesudah sekarang"),
        ({"until": "kapan"}, "tidak dapat dibaca"),
        ({"compartments": []}, "Pilih paling sedikit satu"),
        ({"compartments": ["4"]}, "tidak kami kenal"),
        ({"compartments": ["2"]}, "tidak termasuk peran"),
        ({"user": "x"}, "tidak kami kenal"),
    ],
)
def test_what_is_wrong_is_said_above_the_form(team: Team, case: Case, wrong: dict[str, object], words: str) -> None:
    answer = give(team, case, **wrong)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert words in answer.content.decode()  # type: ignore[attr-defined]
    assert not Access.objects.exists()


def test_the_head_sees_who_holds_what_and_asks_the_manager(team: Team, case: Case) -> None:
    text = page(team.head, f"/kasus/{case.code}/akses/")
    assert team.companion.display_name in text
    assert f"/kasus/{case.code}/tim/" not in text
    asked = {"user": str(team.lawyer.pk), "compartments": ["3"], "reason": "supervision", "until": until()}
    assert send(team.head, f"/kasus/{case.code}/akses/beri", **asked).status_code == 302
    assert "Menunggu dibagikan" in page(team.head, f"/kasus/{case.code}/akses/")

    assert "Ada yang menunggu Anda membagikan isi berkas" in page(team.manager, "/kerja/")
    team.assign(case, team.shelter, at=timezone.now())
    assert "Ada yang menunggu Anda" not in page(team.shelter, "/kerja/")


def test_the_second_psychologist_is_shared_the_older_notes_by_one_button(team: Team, case: Case) -> None:
    second = team.office.user(Role.PSIKOLOG)
    team.assign(case, team.psychologist, at=timezone.now())
    with working(team.psychologist):
        services.add_note(
            code=case.code,
            compartment=Compartment.CLINICAL,
            text="KLINIS-UJI",
            by=team.psychologist,
            at=timezone.now(),
        )
    team.assign(case, second, at=timezone.now())
    assert "KLINIS-UJI" not in page(second, f"/kasus/{case.code}/")
    ask, share = (f"/kasus/{case.code}/akses/{second.pk}/{verb}" for verb in ("minta", "bagikan"))
    assert ask in page(team.manager, f"/kasus/{case.code}/akses/")
    assert share not in page(team.manager, f"/kasus/{case.code}/akses/")

    assert signed_in(team.manager).post(share).status_code == 409
    assert signed_in(team.manager).post(ask).status_code == 302
    assert signed_in(team.manager).post(ask.replace(str(second.pk), str(case.pk))).status_code == 404
    assert signed_in(team.psychologist).post(share).status_code == 302

    assert "KLINIS-UJI" in page(second, f"/kasus/{case.code}/")


def test_a_case_is_held_with_a_reason_and_released(team: Team, case: Case) -> None:
    way = f"/kasus/{case.code}/tahan/"
    assert send(team.manager, way, reason="court").status_code == 422
    assert send(team.manager, way, reason="court", words="PERKARA-UJI").status_code == 302
    assert "PERKARA-UJI" in page(team.manager, way)
    assert "Tidak boleh dihapus: perkara di pengadilan" in page(team.head, f"/kasus/{case.code}/akses/")
    assert send(team.manager, way, reason="court", words="LAGI").status_code == 422
    assert signed_in(team.manager).post(f"{way}lepas").status_code == 302
    assert signed_in(team.manager).post(f"{way}lepas").status_code == 409
    assert LegalHold.objects.filter(released_at=None).count() == 0
