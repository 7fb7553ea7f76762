"""The changes that `./ruang soak mutants` makes, who is asked about them, and what is said of those that are left."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from ruangaman.ops.soak.mutants import choosing, telling
from ruangaman.ops.soak.mutants.changes import Change, changed, changes_of
from ruangaman.ops.soak.mutants.choosing import Chooser
from ruangaman.ops.soak.mutants.state import PACKAGE, Outcome, Reach
from ruangaman.ops.soak.mutants.telling import Explanation

SOURCE = '''
"""Words at the top."""

LIMIT = 3


def may(user: "User", case: Case) -> bool:
    """Whether it may."""
    if case.closed or user.left:
        raise NotAllowed(_("Tidak boleh."))
    check(user)
    rows = Case.objects.filter(owner=user, ended=None).select_for_update()
    return user.active and len(rows) < LIMIT
'''


def words(source: str = SOURCE) -> list[str]:
    """Return the changes of a source as a person reads them."""
    return [change.words for change in changes_of(source, "cases/policies.py")]


@pytest.mark.parametrize(
    "expected",
    [
        "3 → 4",
        "case.closed or user.left → True",
        "or case.closed → (left out)",
        "check(user) → (left out)",
        "filter(owner=user) → (left out)",
        "filter(ended=None) → (left out)",
        ".select_for_update() → (left out)",
        "and user.active → (left out)",
        "len(rows) < LIMIT → len(rows) <= LIMIT",
        "return user.active and len(rows) < LIMIT → return False",
    ],
)
def test_a_check_that_is_gone_is_among_the_changes(expected: str) -> None:
    assert expected in words()


def test_texts_for_people_docstrings_and_types_are_left_alone() -> None:
    assert not [one for one in words() if "Tidak boleh" in one or "Whether" in one or "User" in one or "Words" in one]


@pytest.mark.parametrize("path", ["vault/wrapping.py", "vault/services/files.py", "core/access.py"])
def test_every_change_is_another_program_that_compiles(path: str) -> None:
    source = (PACKAGE / path).read_text("utf-8")
    before, found = ast.dump(ast.parse(source)), changes_of(source, path)

    assert len({change.key for change in found}) == len(found) > 20
    for change in found:
        tree = changed(source, change)
        compile(tree, path, "exec")
        assert ast.dump(tree) != before, change.key


def test_a_change_of_a_source_that_is_not_what_it_was_is_not_made() -> None:
    change = changes_of(SOURCE, "cases/policies.py")[-1]

    with pytest.raises(LookupError):
        changed(SOURCE.replace("len(rows) < LIMIT", "rows"), change)


def test_a_key_stays_when_lines_move() -> None:
    moved = changes_of("\n\n" + SOURCE, "cases/policies.py")

    assert [one.key for one in moved] == [one.key for one in changes_of(SOURCE, "cases/policies.py")]
    assert moved[0].line == changes_of(SOURCE, "cases/policies.py")[0].line + 2


def test_those_that_reach_a_line_are_asked_the_near_and_quick_ones_first() -> None:
    change = next(one for one in choosing.changes("vault/layout.py") if one.function == "unpad")
    here = {"vault/layout.py": [change.line]}
    chooser = Chooser(
        {
            "tests/cases/test_far.py::test_quick": Reach(1.0, True, here),
            "tests/cases/test_far.py::test_slow": Reach(2.0, True, here),
            "tests/vault/test_layout.py::test_near": Reach(1.5, True, here),
            "tests/vault/test_golden.py::test_bytes": Reach(3.0, True, {"vault/layout.py": [change.line + 100]}),
            "tests/cases/test_far.py::test_elsewhere": Reach(0.1, True, {"vault/layout.py": [change.line + 100]}),
            "tests/vault/test_layout.py::test_nowhere": Reach(0.1, True, {"vault/wrapping.py": [change.line]}),
        }
    )

    near, quick, slow, golden = chooser.choose(change)
    assert (near[-4:], quick[-5:], slow[-4:], golden[-5:]) == ("near", "quick", "slow", "bytes")

    chooser.noticed(change, slow)
    assert chooser.choose(change)[0] == slow


def test_those_that_reach_more_of_a_function_and_that_saw_another_change_of_the_module_are_asked_before() -> None:
    first, *_, last = [one for one in choosing.changes("vault/layout.py") if one.function == "unpad"]
    other = next(one for one in choosing.changes("vault/layout.py") if one.function == "pad")
    chooser = Chooser(
        {
            "tests/a.py::test_begins": Reach(1.0, True, {"vault/layout.py": [first.line]}),
            "tests/b.py::test_ends": Reach(1.5, True, {"vault/layout.py": [first.line, last.line]}),
            "tests/c.py::test_saw": Reach(1.9, True, {"vault/layout.py": [first.line]}),
        }
    )

    assert chooser.choose(first) == ["tests/b.py::test_ends", "tests/a.py::test_begins", "tests/c.py::test_saw"]
    chooser.noticed(other, "tests/c.py::test_saw")
    assert chooser.choose(first)[1:] == ["tests/c.py::test_saw", "tests/a.py::test_begins"]


def test_what_acts_at_import_is_shown_to_those_who_use_the_name() -> None:
    change = next(one for one in choosing.changes("vault/layout.py") if one.cold and one.was == "96")
    users = choosing._naming("vault/layout.py", "SEED_BYTES")
    chooser = Chooser(
        {
            "tests/a.py::test_user": Reach(1.0, True, {"vault/layout.py": users}),
            "tests/a.py::test_other": Reach(1.0, True, {"vault/layout.py": [1]}),
        }
    )

    assert chooser.choose(change) == ["tests/a.py::test_user"]


CHANGE = Change("vault/layout.py", "pad", 7, "a", "b", 1, 0, cold=False)
NOTICED = Outcome(CHANGE.key, "noticed", "tests/x.py::test_y", 0.1, 1, all=True, within=15, source="", tests="")
LEFT = replace(NOTICED, result="left", by="")
WHY = Explanation("equivalent", "both are the same to everyone")


def test_a_change_that_nobody_explains_is_a_fault() -> None:
    assert telling.faults([CHANGE], {CHANGE.key: NOTICED}, {}, []) == []
    assert "unexplained" in telling.faults([CHANGE], {CHANGE.key: LEFT}, {}, [])[0]
    assert telling.faults([CHANGE], {CHANGE.key: LEFT}, {CHANGE.key: WHY}, []) == []


def test_an_explanation_of_nothing_is_a_fault_and_so_is_what_was_not_tried() -> None:
    gone = {"vault/layout.py::pad: x → y": WHY}

    assert "noticed by tests/x.py" in telling.faults([CHANGE], {CHANGE.key: NOTICED}, {CHANGE.key: WHY}, [])[0]
    assert "no such change" in telling.faults([CHANGE], {CHANGE.key: NOTICED}, gone, [])[0]
    assert "not tried" in telling.faults([CHANGE], {}, {}, [])[0]
    assert "fails with nothing changed" in telling.faults([CHANGE], {CHANGE.key: NOTICED}, {}, ["tests/x.py::a"])[0]


def test_the_page_names_each_one_that_is_left_with_its_reason() -> None:
    page = telling.describe([CHANGE], {CHANGE.key: LEFT}, {CHANGE.key: WHY}, [], where="here")

    assert "`vault/layout.py:7` pad: `a → b`" in page
    assert WHY.why in page
    assert "| together | 1 | 0 | 0 | 1 |" in page
    assert "Held" in page
    assert "Did not hold" in telling.describe([CHANGE], {CHANGE.key: LEFT}, {}, ["it is open"], where="here")


def test_the_explanations_of_the_house_can_be_read_and_a_careless_one_cannot(tmp_path: Path) -> None:
    telling.read_explanations()
    careless = tmp_path / "mutants.toml"
    careless.write_text('[[left]]\npath = "a"\nfunction = "b"\nchanges = ["c"]\nkind = "fine"\nwhy = "because"\n')

    with pytest.raises(telling.BadExplanation):
        telling.read_explanations(careless)
