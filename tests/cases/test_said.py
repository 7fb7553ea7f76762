"""After something was recorded the next page says so, once, where the browser is led to. `test_views.send` asks it of
every form that the tests of the pages send."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import timezone

from ruangaman.cases import views
from ruangaman.cases.models import Case, ContactTry, Note
from ruangaman.cases.views.said import SAID, having
from tests.cases.test_views import page, send
from tests.factories.cases import Team
from tests.support.signing_in import signed_in

NOTICE = '<div class="said" role="status">'
PLACES = ("identity", "narrative", "clinical", "legal", "shelter", "work", "berikutnya", "riwayat")


@pytest.fixture
def case(team: Team) -> Case:
    """A case of today."""
    return team.open(at=timezone.now())


def test_a_try_is_said_to_be_recorded_on_the_page_that_it_returns_to(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/upaya/"
    assert NOTICE not in page(team.manager, address), "nothing is said before"
    done = send(team.manager, address, way="chat", result="no_answer", in_hours="yes", words="KATA-UJI")
    text = page(team.manager, done.headers["Location"])
    assert text.count(NOTICE) == 1
    assert "Tercatat: upaya menghubungi." in text
    assert "KATA-UJI" not in done.headers["Location"]
    assert "Set-Cookie" not in done.headers


@pytest.mark.parametrize("place", PLACES)
def test_it_is_said_beside_the_place_that_the_browser_is_led_to(team: Team, case: Case, place: str) -> None:
    text = page(team.manager, having(f"/kasus/{case.code}/", "catatan", anchor=place).partition("#")[0])
    assert text.count(NOTICE) == 1
    before = text.partition(NOTICE)[0]
    assert re.findall(r' id="([a-z]+)"', before)[-1] in {place, f"h-{place}", "h-tugas"}


def test_a_code_that_is_none_says_nothing(team: Team, case: Case) -> None:
    for asked in ("?sudah=<b>", "?sudah=", "?di=narrative"):
        assert NOTICE not in page(team.manager, f"/kasus/{case.code}/{asked}")
    with pytest.raises(KeyError):
        having("/kasus/", "yang-tidak-ada")


def test_every_code_is_used_and_no_words_have_room_for_a_name() -> None:
    folder = Path(views.__file__).parent
    sources = [one for one in folder.glob("*.py") if one.name != "said.py"]
    sources.append(folder.parents[1] / "intake" / "views" / "casework.py")
    written = "".join(one.read_text() for one in sources)
    assert {code for code in SAID if f'"{code}"' not in written} == set()
    assert not [str(words) for words in SAID.values() if re.search(r"[%{]", str(words))]


def test_what_was_sent_twice_is_one_row_and_said_both_times(team: Team, case: Case) -> None:
    client = signed_in(team.manager)
    for step, data, model in (
        ("catatan/", {"compartment": "3", "text": "DUA-KALI"}, Note),
        ("upaya/", {"way": "chat", "result": "reached", "in_hours": "yes", "words": "DUA-KALI"}, ContactTry),
    ):
        address, before = f"/kasus/{case.code}/{step}", model.objects.count()
        hidden = dict(
            re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page(team.manager, address, client))
        )
        first, second = (client.post(address, {**hidden, **data}) for _press in range(2))
        assert first.headers["Location"] == second.headers["Location"]
        assert model.objects.count() == before + 1
