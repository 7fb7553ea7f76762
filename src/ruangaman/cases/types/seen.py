"""What somebody saw when a form was drawn, so that a stale page changes nothing silently."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from ruangaman.core.codelists import RiskLevel


@dataclass(frozen=True)
class Seen:
    """How a case stood when its review was begun.

    Args:
        risk: its danger.
        review_id: its last review; None: there was none.
    """

    risk: RiskLevel
    review_id: UUID | None = None

    def __str__(self) -> str:
        return f"{self.risk.value}.{self.review_id.hex if self.review_id else ''}"

    @classmethod
    def parse(cls, text: str) -> Seen | None:
        """Return what a form carries; None: nothing that can be read."""
        risk, _dot, review = text.partition(".")
        with suppress(ValueError):
            return cls(RiskLevel(int(risk)), UUID(review) if review else None)
        return None
