"""Whose word counts. Pure functions."""

from __future__ import annotations

from ruangaman.consents.types import Answer, Basis, Giver


def givers_for(*, is_child: bool, is_parent_accused: bool) -> tuple[Giver, ...]:
    """Return whose word counts for a consent; nobody's: another basis is needed.

    A grown woman speaks for herself. For a child a guardian speaks, with the child's assent; where a parent is the
    alleged perpetrator no guardian is asked.
    """
    if not is_child:
        return (Giver.SELF,)
    return () if is_parent_accused else (Giver.BOTH, Giver.GUARDIAN)


def bases_for(*, is_child: bool, is_parent_accused: bool) -> tuple[Basis, ...]:
    """Return what may allow something: where nobody's word counts, consent is not among it (UU 27/2022 art. 20)."""
    has_giver = bool(givers_for(is_child=is_child, is_parent_accused=is_parent_accused))
    return tuple(basis for basis in Basis if has_giver or basis is not Basis.CONSENT)


def may_give(answer: Answer, *, is_child: bool, is_parent_accused: bool) -> bool:
    """Whether this answer counts: a consent of somebody whose word does, or another basis, which is never a no."""
    if answer.basis is Basis.CONSENT:
        return answer.giver in givers_for(is_child=is_child, is_parent_accused=is_parent_accused)
    return answer.giver is Giver.NOBODY and answer.is_given
