"""The steps of a case with a canary in every word that they seal, over plain HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from ruangaman.cases.types import Domain
from ruangaman.ops.visitor import Answer, Visitor

Word = Callable[[str], str]
Fill = Callable[..., None]


def day(days: int) -> str:
    """A day from today on, as a form has it."""
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def past() -> str:
    """A moment of today that is over."""
    return timezone.localtime(timezone.now() - timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M")


def begin(fill: Fill, word: Word, manager: Visitor, case: str) -> None:
    """Safe first, consent, assessment, plan, reviews, a conference, and whatever else the manager writes."""
    page = manager.get(f"/kasus/{case}/")
    companion = _option(manager.get(f"/kasus/{case}/tugas/"), "owner")
    fill(manager, case, "aman/", is_safe="yes", escort="none", words=word("safe where"))
    fill(manager, case, "status/", target="assessment", reason=word("safe reason"))
    fill(
        manager, case, "izin/", stays=True, purpose="services", source="self", is_given="yes", how="paper",
        withhold=word("withhold"),
    )  # fmt: skip
    seen: dict[str, Any] = {f"seen_{one}": "on" for one in Domain}
    words = {f"words_{one}": word(f"domain {one}") for one in Domain}
    fill(manager, case, "asesmen/", summary=word("assessment summary"), **seen, **words)
    fill(manager, case, "status/", target="plan", reason=word("plan reason"))
    goal = {"service_0": "KESEHATAN", "owner_0": companion, "due_0": day(5)}
    fill(
        manager, case, "rencana/", stays=True, goal_0=word("goal"), safety=word("safety plan"), with_her="yes",
        agreed="spoken", **goal,
    )  # fmt: skip
    fill(manager, case, "tinjauan/", risk="3", reason=word("review"), next_on=day(7))
    decided = {"owner_0": companion, "due_0": day(3)}
    fill(
        manager, case, "konferensi/", held_at=past(), participants=_check(manager, case), guests=word("guest"),
        minutes=word("minutes"), words_0=word("decision"), **decided,
    )  # fmt: skip
    fill(manager, case, "upaya/", stays=True, way="thread", result="no_answer", words=word("contact try"))
    fill(manager, case, "mediasi/", stays=True, asked_by="accused", words=word("mediation"))
    fill(
        manager, case, "pelimpahan/", stays=True, name=word("transfer to"), letter=word("letter"),
        words=word("transfer words"), basis="duty", why=word("transfer basis"),
    )  # fmt: skip
    found = re.search(rf"/kasus/{case}/(pelimpahan/[0-9a-f-]+/terima)", manager.get(f"/kasus/{case}/pelimpahan/").text)
    assert found, page.text[-2000:]
    fill(manager, case, found[1], signer=word("signer"))


def by_others(fill: Fill, word: Word, psychologist: Visitor, lawyer: Visitor, case: str) -> None:
    """The session's words, and what is told to the police."""
    fill(psychologist, case, "sesi/", stays=True, attended="yes", risk="2", words=word("session"))
    numbers = {"letter": word("police letter"), "receipt": word("police receipt"), "sent_on": day(0)}
    fill(
        lawyer, case, "polisi/", stays=True, informed_at=past(), decided="report", wish=word("her wish"),
        why=word("police why"), **numbers,
    )  # fmt: skip


def end(fill: Fill, word: Word, manager: Visitor, head: Visitor, case: str) -> None:
    """The closing assessment, the head's yes, the closing, contacts afterwards."""
    while found := re.search(
        rf'action="(/kasus/{case}/tugas/[0-9a-f-]+/selesai)"', manager.get(f"/kasus/{case}/").text
    ):
        manager.submit(manager.get(f"/kasus/{case}/"), {}, action=found[1])
    numbers = {"reason": "goals_met", "risk": "1", "was_asked": "yes", "goals_met": "1", "goals_total": "1"}
    fill(
        manager,
        case,
        "penutupan/",
        stays=True,
        words=word("closing words"),
        her_words=word("her last words"),
        why_clocks=word("closing clocks"),
        why_despite=word("closing despite"),
        **numbers,
    )
    manager.submit(manager.get(f"/kasus/{case}/penutupan/"), {}, action="/penutupan/ajukan")
    waiting = re.findall(r'href="(/kasus/keputusan/[0-9a-f-]+/)"', head.get("/kasus/keputusan/").text)
    for address in dict.fromkeys(waiting):
        page = head.get(address)
        if case in page.text:
            head.submit(page, {"outcome": "approved", "signs": "on"}, action="")
    fill(manager, case, "tutup/", explanation=word("closing"))
    fill(manager, case, "pasca/", stays=True)
    fill(manager, case, "status/", target="aftercare", reason=word("aftercare reason"))
    found = re.search(rf"/kasus/{case}/(pasca/[0-9a-f-]+/)", manager.get(f"/kasus/{case}/pasca/").text)
    assert found
    fill(manager, case, found[1], doing="well", words=word("aftercare words"))


def _option(page: Answer, name: str) -> str:
    found = re.search(rf'<select name="{name}".*?<option value="([0-9a-f-]+)"', page.text, re.DOTALL)
    assert found, f"{page.path} offers nobody"
    return found[1]


def _check(manager: Visitor, case: str) -> list[str]:
    found = re.findall(r'name="participants" value="([^"]+)"', manager.get(f"/kasus/{case}/konferensi/").text)
    assert found
    return found[:1]
