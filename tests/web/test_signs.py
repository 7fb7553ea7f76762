"""What rare work shows of itself: nobody's work is left out, and who has none is asked one statement."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from ruangaman.web.registry import work_sources
from ruangaman.web.selectors.signs import with_something
from tests.architecture.world import World
from tests.factories.accounts import working
from tests.factories.cases import Team


def test_whatever_has_work_for_somebody_shows_a_sign_of_it(world: World):
    had = set()
    for viewer in world.people.values():
        mine = [source for source in work_sources if viewer.has(source.permission)]
        with working(viewer):
            shown = {source.key for source in with_something(mine, viewer)}
            busy = {source.key for source in mine if source.count_work(viewer=viewer)}
        assert busy <= shown, viewer.role
        had |= {source.key for source in mine if source.key in busy and source.sign is not None}

    assert had >= {"glass", "keys", "requests"}, "the world has some of them"


def test_who_has_nothing_rare_is_asked_one_statement(team: Team):
    signed = [source for source in work_sources if source.sign is not None and team.manager.has(source.permission)]

    with working(team.manager), CaptureQueriesContext(connection) as asked:
        assert with_something(signed, team.manager) == []

    assert len(signed) > 4
    assert len([one for one in asked if "EXISTS" in one["sql"]]) == 1
