"""What is sealed about an incident beside its story: about the event, about each victim, about each pair in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar
from uuid import UUID

from ruangaman.cases.types.gbvims import Answer
from ruangaman.core.types import Json

Content = dict[str, Json]
Part = TypeVar("Part")
ABOUT, VICTIMS, PAIRS = "about", "victims", "pairs"
UNKNOWN = str(Answer.UNKNOWN)


@dataclass(frozen=True)
class AboutEvent:
    """What is known about the event as a whole.

    Args:
        time: `HH:MM` on the city's clock, when somebody knows it.
        repeated, weapon, substances: values of `Answer`.
        children: code of `children_at_home`.
        online: codes of `online_violence`.
        wish: what she wants, in her words.
    """

    wish: str = ""
    time: str = ""
    repeated: str = UNKNOWN
    weapon: str = UNKNOWN
    substances: str = UNKNOWN
    children: str = ""
    online: tuple[str, ...] = ()
    platform: str = ""
    injuries: str = ""
    witnesses: str = ""


@dataclass(frozen=True)
class AboutVictim:
    """What was answered about one victim in one incident. Every question may stay open.

    Args:
        articles: codes of `tpks_article`, valid on the day of the incident.
        ampk: codes of `ampk`.
        impact: codes of `impact`.
    """

    penetration: str = UNKNOWN
    contact: str = UNKNOWN
    marriage: str = UNKNOWN
    withheld: str = UNKNOWN
    goods: str = UNKNOWN
    abduction: str = UNKNOWN
    harmful: str = UNKNOWN
    pregnant: str = UNKNOWN
    impact: tuple[str, ...] = ()
    impact_words: str = ""
    articles: tuple[str, ...] = ()
    ampk: tuple[str, ...] = ()


@dataclass(frozen=True)
class AboutPair:
    """What was answered about one perpetrator towards one victim.

    Args:
        lives_together: value of `Answer`; with the relation it tells whether it is violence in the household.
        sex, age_group, occupation: of a perpetrator who is not a person of the case; else the person says it.
    """

    lives_together: str = UNKNOWN
    legal_status: str = ""
    sex: str = ""
    age_group: str = ""
    occupation: str = ""


@dataclass(frozen=True)
class PairChange:
    """What is corrected about one pair: the facts in the clear, and what is sealed."""

    link_id: UUID
    relation: str
    forms: tuple[str, ...]
    about: AboutPair


def part_content(part: AboutEvent | AboutVictim | AboutPair) -> Content:
    """Return what is sealed for one part: only what was answered."""
    found: Content = {}
    for one in fields(part):
        value = getattr(part, one.name)
        if value and value != UNKNOWN:
            found[one.name] = list(value) if isinstance(value, tuple) else value
    return found


def read_part_of(content: object, empty: Part) -> Part:
    """Return a part as it was sealed; what is not of its shape, or of a later release, is passed over."""
    if not isinstance(content, Mapping):
        return empty
    known: dict[str, Any] = {}
    for name, value in vars(empty).items():
        found = content.get(name)
        if isinstance(value, tuple) and isinstance(found, list):
            known[name] = tuple(str(one) for one in found)
        elif isinstance(value, str) and isinstance(found, str) and (value != UNKNOWN or found in Answer.values):
            known[name] = found
    return replace(empty, **known)  # type: ignore[type-var]  # every part is a dataclass


def pair_key(victim_id: UUID, perpetrator_id: UUID | None) -> str:
    """Return under which key the answers about a pair are sealed."""
    return f"{victim_id}:{perpetrator_id or ''}"


def about_event(content: Mapping[str, Json]) -> AboutEvent:
    """Return what is known about the event in a revealed narrative."""
    return read_part_of(content.get(ABOUT), AboutEvent())


def about_victim(content: Mapping[str, Json], victim_id: UUID) -> AboutVictim:
    """Return what was answered about a victim in a revealed narrative."""
    return read_part_of(_of(content, VICTIMS).get(str(victim_id)), AboutVictim())


def about_pair(content: Mapping[str, Json], victim_id: UUID, perpetrator_id: UUID | None) -> AboutPair:
    """Return what was answered about a pair in a revealed narrative."""
    return read_part_of(_of(content, PAIRS).get(pair_key(victim_id, perpetrator_id)), AboutPair())


def with_event(content: Mapping[str, Json], about: AboutEvent) -> Content:
    """Return a narrative with what is known about the event."""
    return {**content, ABOUT: part_content(about)}


def with_answers(
    content: Mapping[str, Json],
    *,
    victim_id: UUID,
    victim: AboutVictim,
    pairs: Iterable[tuple[UUID | None, AboutPair]] = (),
) -> Content:
    """Return a narrative with the answers about one victim; those about others stay as they are."""
    found = {pair_key(victim_id, other): part_content(pair) for other, pair in pairs}
    return {
        **content,
        VICTIMS: {**_of(content, VICTIMS), str(victim_id): part_content(victim)},
        PAIRS: {**_of(content, PAIRS), **found},
    }


def answered(part: AboutVictim, pairs: Sequence[AboutPair]) -> int:
    """Return how many answers there are."""
    return len(part_content(part)) + sum(len(part_content(pair)) for pair in pairs)


def _of(content: Mapping[str, Json], key: str) -> Mapping[str, Json]:
    found = content.get(key)
    return found if isinstance(found, Mapping) else {}
