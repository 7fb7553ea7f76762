"""An export of any age against checkpoints kept elsewhere: older is not broken, and broken is not called older."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruangaman.audit.types import Asked, BadNote, BadRow, Verdict
from ruangaman.vault.notes import BadText
from ruangaman.vault.trailfile import Question, verify_file
from ruangaman.vault.wrapping import SigningPair
from tests.support.papertrail import EVERY, KEY, PaperTrail, go_on, tell, write
from tests.support.trail import FEB_1

STEPS = st.lists(st.lists(st.integers(0, 15), min_size=1, max_size=5), min_size=2, max_size=6)
FIELDS = st.sampled_from(["actor", "subject", "type", "detail", "at", "hash", "prev"])
often = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)


def check(path: Path, beside: list[str] | None = None, **more: object) -> Verdict:
    return verify_file(path, KEY, Question(beside, **more))  # type: ignore[arg-type]  # the options of a question


def older_of(trail: PaperTrail, data: st.DataObject) -> tuple[int, PaperTrail]:
    """Some earlier time of the trail, and how many checkpoints it had."""
    count = data.draw(st.integers(1, len(trail.signed) - 1))
    return count, trail.upto(count)


@often
@given(STEPS, st.data())
def test_an_older_export_is_whole_and_says_how_much_is_newer(tmp_path: Path, steps, data):
    trail = tell(steps)
    count, older = older_of(trail, data)
    beside = data.draw(st.permutations(trail.notes))

    found = check(older.export(tmp_path / "older"), beside)

    assert (found.fault, found.short, found.end) == (None, None, older.signed[-1].mark)
    assert found.beside is not None
    assert (found.beside.ours, found.beside.newer) == (len(steps), len(steps) - count)
    assert found.beside.newest == trail.signed[-1].mark
    assert found.rows == len(older.rows())


@often
@given(STEPS, st.data())
def test_who_asks_for_the_present_is_told_that_it_is_older(tmp_path: Path, steps, data):
    trail = tell(steps)
    _count, older = older_of(trail, data)

    found = check(older.export(tmp_path / "older"), trail.notes, latest=True)
    present = check(trail.export(tmp_path / "present"), trail.notes, latest=True)

    assert (found.fault, found.short, found.next) == (None, Asked.LATEST, trail.signed[-1].mark)
    assert (present.fault, present.short, present.beside and present.beside.newer) == (None, None, 0)


@often
@given(STEPS, st.data())
def test_a_changed_row_of_an_older_export_is_found(tmp_path: Path, steps, data):
    trail = tell(steps)
    _count, older = older_of(trail, data)
    rows = older.rows()
    row = rows[data.draw(st.integers(0, len(rows) - 1))]
    name = data.draw(FIELDS)
    row[name] = "00" * 31 + "01" if name in {"hash", "prev"} else row[name] + "x"

    found = check(older.export(tmp_path / "edited", rows=rows), trail.notes)

    assert isinstance(found.fault, BadRow)
    assert (found.fault.lane, found.fault.seq) == (row["lane"], row["seq"])
    assert check(older.export(tmp_path / "control"), trail.notes).ok


@often
@given(STEPS, st.data())
def test_rows_cut_off_below_the_last_checkpoint_of_an_older_export_are_missed(tmp_path: Path, steps, data):
    trail = tell(steps)
    _count, older = older_of(trail, data)
    lane = data.draw(st.sampled_from([n for n, rows in enumerate(older.lanes) if rows]))
    keep = data.draw(st.integers(0, len(older.lanes[lane]) - 1))
    rows = [row for row in older.rows() if row["lane"] != lane or row["seq"] <= keep]

    found = check(older.export(tmp_path / "cut", rows=rows), trail.notes)

    assert isinstance(found.fault, BadRow)
    assert (found.fault.lane, found.fault.why) == (lane, "truncated")
    assert found.fault.seq <= keep + 1, "everything before the row that is named is still there"


@often
@given(STEPS, st.data())
def test_rows_that_changed_places_are_found(tmp_path: Path, steps, data):
    trail = tell([*steps, [1, 1]])
    rows = trail.rows()
    first, second = sorted(data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=2, max_size=2, unique=True)))
    rows[first], rows[second] = rows[second], rows[first]
    assert isinstance(check(trail.export(tmp_path / "moved", rows=rows), trail.notes).fault, BadRow)


@often
@given(STEPS, st.data())
def test_checkpoints_cut_off_without_their_rows_leave_rows_that_nobody_signed(tmp_path: Path, steps, data):
    trail = tell(steps)
    count, older = older_of(trail, data)
    path = write(tmp_path / "kept", older.notes, trail.rows(), older.signed[-1].at)
    fault = check(path, trail.notes).fault
    assert isinstance(fault, BadRow)
    assert fault.why == "unsigned"
    assert fault.seq == older.signed[-1].sizes[fault.lane] + 1
    assert count < len(trail.signed)


@often
@given(STEPS, st.data())
def test_an_end_cut_off_with_its_checkpoints_contradicts_the_day_it_says_it_was_made(tmp_path: Path, steps, data):
    """Whoever changes that line too has an older export: only who asks for the present, or has paper, finds it."""
    trail = tell(steps)
    count, older = older_of(trail, data)
    made_at = trail.signed[-1].at + EVERY
    cut = older.export(tmp_path / "cut", made_at=made_at)
    assert check(cut, trail.notes).fault == BadNote(count + 1, "cut")
    assert check(cut).ok, "by itself it cannot say"
    assert check(cut, trail.notes[:count]).ok
    honest = older.export(tmp_path / "honest", made_at=older.signed[-1].at + EVERY + timedelta(minutes=9))
    assert check(honest, trail.notes).ok, "one that was being signed just then"


@often
@given(STEPS, STEPS, st.data())
def test_another_history_after_the_same_beginning_is_a_fork(tmp_path: Path, steps, others, data):
    trail = tell(steps)
    count, older = older_of(trail, data)
    forged = go_on(older, others, "x")
    end = data.draw(st.integers(count + 1, len(forged.signed)))
    path = forged.upto(end).export(tmp_path / "forged")

    assert check(path).ok, "by itself it is whole: who has the signing key signs what he likes"
    assert check(path, forged.notes).ok
    assert check(path, trail.notes).fault == BadNote(count + 1, "fork")
    assert check(older.export(tmp_path / "control"), trail.notes).ok


@often
@given(STEPS, st.data())
def test_a_fork_is_found_by_the_next_checkpoint_alone(tmp_path: Path, steps, data):
    """The folder elsewhere was not there when the forged number was signed: the next one names another before it."""
    trail = tell(steps)
    count, older = older_of(trail, data)
    before = older.upto(count - 1) if count > 1 else PaperTrail()
    forged = go_on(before, [[3]], "x").export(tmp_path / "forged")
    assert check(forged, trail.notes[count:]).fault == BadNote(count, "fork")
    assert check(older.export(tmp_path / "control"), trail.notes[count:]).ok


def test_later_notes_that_contradict_each_other_or_shrink_are_named(tmp_path: Path):
    trail = tell([[1], [1, 2], [3]])
    path = trail.upto(1).export(tmp_path / "one")
    other = go_on(trail.upto(1), [[4]], "x")
    assert check(path, [*trail.notes, other.notes[1]]).fault == BadNote(2, "fork")
    small = go_on(PaperTrail(), [[1], [1], [2]], "x")  # number 3, and number 2 is not there to link them
    assert check(trail.upto(2).export(tmp_path / "two"), small.notes[2:]).fault == BadNote(2, "fork")
    assert check(trail.export(tmp_path / "all"), go_on(PaperTrail(), [[1]] * 5, "x").notes[4:]).fault == BadNote(
        5, "smaller"
    )
    assert check(path, [trail.notes[2]]).ok, "a gap alone is none"


@often
@given(STEPS, STEPS, st.data())
def test_a_restore_that_was_signed_for_excuses_what_it_undid(tmp_path: Path, steps, others, data):
    trail = tell(steps)
    count, older = older_of(trail, data)
    lost = trail.notes[count:]
    again = go_on(older, [], "")
    again.add(0)
    again.signed[-1], kept = trail.signed[-1], again.signed[-1]  # its number and hour go on from the newest
    again.sign(restored=count, number=len(steps) + 1)
    again.signed[-2] = kept
    today = go_on(again, others, "system")
    everything = [*today.notes, *lost]

    of_lost = check(trail.export(tmp_path / "lost"), everything)
    of_today = check(today.export(tmp_path / "today"), everything, latest=True)

    assert (of_lost.fault, of_today.fault, of_today.short) == (None, None, None)
    assert of_lost.beside is not None
    assert of_lost.beside.put_back == count
    assert of_lost.beside.newer == 1 + len(others)
    older_still = check(older.export(tmp_path / "older"), everything)
    assert older_still.ok
    assert older_still.beside is not None
    assert older_still.beside.put_back is None, "it has nothing that was undone"


@often
@given(STEPS, st.data(), st.integers(0, 8 * 60))
def test_through_a_moment_means_that_nothing_signed_before_it_is_left_out(tmp_path: Path, steps, data, minutes):
    trail = tell(steps)
    count, older = older_of(trail, data)
    moment = FEB_1 + timedelta(minutes=minutes)

    found = check(older.export(tmp_path / "older"), trail.notes, through=moment)

    left_out = [one for one in trail.signed[count:] if one.at < moment]
    assert found.fault is None
    assert (found.short is None) == (not left_out)
    assert found.next == (left_out[0].mark if left_out else None)


def test_a_day_after_the_last_checkpoint_that_is_known_is_proven_by_nobody(tmp_path: Path):
    trail = tell([[1], [2], [3]])
    path, end = trail.upto(2).export(tmp_path / "two"), trail.signed[1].at

    def short(moment: datetime, beside: list[str] | None = None) -> Asked | None:
        return check(path, beside, through=moment).short

    assert short(end) is None
    assert short(end + timedelta(minutes=1)) is Asked.THROUGH
    assert short(end + timedelta(minutes=1), trail.notes[:2]) is Asked.THROUGH
    assert short(end + timedelta(minutes=1), trail.notes) is None, "the next one was signed later"
    assert short(end + EVERY + timedelta(minutes=1), trail.notes) is Asked.THROUGH
    gap = tell([[1], [2], [3], [4]])
    assert check(path, gap.notes[3:], through=end + timedelta(minutes=1)).short is Asked.THROUGH, "3 may be of that day"


@often
@given(STEPS, st.data())
def test_a_printed_root_is_one_of_its_own_a_later_one_or_unknown(tmp_path: Path, steps, data):
    trail = tell(steps)
    count, older = older_of(trail, data)
    path = older.export(tmp_path / "older")
    for number, one in enumerate(trail.signed):
        found = check(path, trail.notes, root=one.root)
        assert (found.fault, found.short) == (None, None if number < count else Asked.ROOT)
        assert found.next == (None if number < count else one.mark)
    found = check(path, trail.notes, root=bytes(32))
    assert (found.fault, found.rows) == (BadNote(count, "root"), len(older.rows()))
    assert check(path, root=trail.signed[-1].root).fault == BadNote(count, "root"), "without notes nobody knows"


def test_what_the_key_did_not_sign_is_noise_and_counted(tmp_path: Path):
    trail = tell([[1], [2]])
    foreign = trail.signed[1].sign(SigningPair.generate())
    found = check(trail.export(tmp_path / "all"), [foreign, "half a note", *trail.notes, *trail.notes])
    assert found.ok
    assert found.beside is not None
    assert (found.beside.ours, found.beside.foreign, found.beside.newer) == (2, 2, 0)


def test_the_key_of_another_trail_is_told_apart_from_a_changed_checkpoint(tmp_path: Path):
    trail = tell([[1]])
    path = trail.export(tmp_path / "all")
    path.write_text(path.read_text().replace("ab" * 16, "cd" * 16))
    with pytest.raises(BadText, match="The key is of another trail"):
        check(path)
    path.write_text(trail.export(path).read_text().replace("number 1", "number 2"))
    assert check(path).fault == BadNote(1, "signature")


def test_a_damaged_line_is_a_damaged_line_and_the_file_an_export_all_the_same(tmp_path: Path):
    trail = tell([[1, 1], [2]])
    path = trail.export(tmp_path / "all")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"actor": "system"', b'"actor": "\xffystem"', 1))
    assert check(path).fault == BadRow(0, 1, "unreadable")
    path.write_bytes(whole.replace(b'{"checkpoint": ', b'{"checkpoint": x', 1))
    assert check(path).fault == BadNote(1, "missing")
    path.write_bytes(whole.replace(b"number 2", b"number \\ud800", 1))
    assert check(path).fault == BadNote(2, "signature")
    for head in (b'"made_at": 1', b'"made_at": "2026-02-01"', b'"made_at": "then"', b'"no": "x"'):
        path.write_bytes(whole.replace(b'"made_at": "2026-02-01T09:00:00+00:00"', head, 1))
        with pytest.raises(BadText, match="not an export"):
            check(path)
