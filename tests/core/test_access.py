"""The marks of views: what each one says when nothing is said, and that whatever is said arrives."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from ruangaman.core import access
from ruangaman.core.access import Access, Door


class Verb(StrEnum):
    """A permission."""

    READ = "read"


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def prepare(request: HttpRequest) -> None:
    return None


QUIET: dict[str, Any] = {
    "permission": None,
    "role": "ra_web",
    "prepare": None,
    "files": False,
    "database": True,
    "locked": False,
    "activity": True,
    "keeps": None,
}
KEPT = access.Kept("Catatan", lambda request: None)


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        (lambda: access.public(), {"door": Door.PUBLIC, "role": "ra_public"}),
        (lambda: access.public(files=True), {"door": Door.PUBLIC, "role": "ra_public", "files": True}),
        (lambda: access.public(prepare=prepare), {"door": Door.PUBLIC, "role": "ra_public", "prepare": prepare}),
        (lambda: access.public(database=False), {"door": Door.PUBLIC, "role": "ra_public", "database": False}),
        (lambda: access.sign_in(), {"door": Door.SIGN_IN, "locked": True}),
        (lambda: access.sign_in(locked=False), {"door": Door.SIGN_IN}),
        (lambda: access.sign_in(prepare=prepare), {"door": Door.SIGN_IN, "locked": True, "prepare": prepare}),
        (lambda: access.sign_in(activity=False), {"door": Door.SIGN_IN, "locked": True, "activity": False}),
        (lambda: access.signed_in(), {"door": Door.SIGNED_IN}),
        (lambda: access.signed_in(locked=True), {"door": Door.SIGNED_IN, "locked": True}),
        (lambda: access.signed_in(prepare=prepare), {"door": Door.SIGNED_IN, "prepare": prepare}),
        (lambda: access.signed_in(activity=False), {"door": Door.SIGNED_IN, "activity": False}),
        (lambda: access.signed_in(files=True), {"door": Door.SIGNED_IN, "files": True}),
        (lambda: access.requires(Verb.READ), {"door": Door.PERMITTED, "permission": Verb.READ}),
        (lambda: access.requires(Verb.READ, role="ra_audit"),
         {"door": Door.PERMITTED, "permission": Verb.READ, "role": "ra_audit"}),
        (lambda: access.requires(Verb.READ, keeps=KEPT),
         {"door": Door.PERMITTED, "permission": Verb.READ, "keeps": KEPT}),
        (lambda: access.requires(Verb.READ, prepare=prepare),
         {"door": Door.PERMITTED, "permission": Verb.READ, "prepare": prepare}),
        (lambda: access.requires(Verb.READ, files=True),
         {"door": Door.PERMITTED, "permission": Verb.READ, "files": True}),
    ],
)  # fmt: skip
def test_a_mark_says_what_was_said_and_nothing_else(mark: Callable[[], Any], expected: dict[str, Any]) -> None:
    found = access.access_of(mark()(view))  # marked here, not while the tests are gathered

    assert found is not None
    assert {name: getattr(found, name) for name in QUIET} | {"door": found.door} == QUIET | expected


def test_a_view_without_a_mark_has_no_access_whatever_else_it_carries() -> None:
    def bare(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert access.access_of(bare) is None
    bare.access = "public"  # type: ignore[attr-defined]  # somebody's own idea of a mark
    assert access.access_of(bare) is None


def test_a_mark_cannot_be_changed_later() -> None:
    with pytest.raises(AttributeError):
        Access(Door.PUBLIC).door = Door.PERMITTED  # type: ignore[misc]  # that it is refused is the point


def test_what_was_prepared_is_found_on_the_request() -> None:
    request = HttpRequest()
    assert access.prepared(request) is None

    request.prepared = 3  # type: ignore[attr-defined]
    assert access.prepared(request) == 3


class _Typed:
    """Something that somebody goes on with."""

    page = "/a/"

    def typed_for(self, address: str) -> dict[str, str]:
        return {"text": "typed"} if address == "/a/step" else {}


def test_a_form_begins_with_what_was_typed_for_it_and_else_with_what_it_is_given():
    request = HttpRequest()
    request.path_info = "/a/"
    assert access.resumed(request) == {}
    assert access.resumed(request, {"text": "x", "on": 1}) == {"text": "x", "on": 1}
    request.unsent = _Typed()  # type: ignore[attr-defined]  # the door's own attribute
    assert access.resumed(request, {"text": "x", "on": 1}, step="step") == {"text": "typed", "on": 1}
    assert access.resumed(request, {"text": "x"}) == {"text": "x"}
