"""How much one person carries, and how soon something presses: numbers a city may change, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from ruangaman.clocks.types import Standing
from ruangaman.core.codelists import RiskLevel
from ruangaman.ui.types import Words

LOAD_WEIGHTS: Final[Mapping[int, int]] = MappingProxyType(
    {RiskLevel.EKSTREM: 5, RiskLevel.TINGGI: 3, RiskLevel.SEDANG: 2, RiskLevel.RENDAH: 1}
)
"""What one open case weighs by its danger. Not from a standard: the office's own first reckoning, to be checked against
the hours that are really spent (docs/reference/caseload.md)."""
SCALE: Final = 4
STEP: Final = 6
HEIGHT: Final = SCALE * max(LOAD_WEIGHTS.values())


@dataclass(frozen=True)
class Block:
    """One case in a person's picture: all are equally wide, so that its area is its weight."""

    x: int
    y: int
    height: int
    level: int


def block_of(level: int, place: int = 0) -> Block:
    """Return the block of a case of this danger, standing on the ground line at `HEIGHT`."""
    high = SCALE * LOAD_WEIGHTS[level]
    return Block(STEP * place, HEIGHT - high, high, int(level))


@dataclass(frozen=True)
class PersonLoad:
    """What one person carries now.

    Args:
        by_risk: danger → open cases in which they have a part.
        standing: what is their turn: late, about to be, the next limit.
        why_absent: why they cannot work; empty: nothing that is known.
    """

    name: str
    role: Words
    by_risk: Mapping[int, int]
    standing: Standing = field(default_factory=Standing)
    why_absent: Words = ""

    @property
    def overdue(self) -> int:
        """How many of their turns are late."""
        return self.standing.late

    @property
    def soon(self) -> int:
        """How many end within a day."""
        return self.standing.soon

    @property
    def cases(self) -> int:
        """How many open cases."""
        return sum(self.by_risk.values())

    @property
    def dangerous(self) -> int:
        """How many of them are of high danger or more."""
        return sum(count for risk, count in self.by_risk.items() if risk >= RiskLevel.TINGGI)

    @property
    def weight(self) -> int:
        """What they weigh together."""
        return sum(LOAD_WEIGHTS[risk] * count for risk, count in self.by_risk.items())

    @property
    def counts(self) -> list[int]:
        """How many of each danger, the highest first."""
        return [self.by_risk.get(risk, 0) for risk in LOAD_WEIGHTS]

    @property
    def blocks(self) -> list[Block]:
        """The picture, the most dangerous first."""
        levels = [risk for risk in LOAD_WEIGHTS for _one in range(self.by_risk.get(risk, 0))]
        return [block_of(level, place) for place, level in enumerate(levels)]
