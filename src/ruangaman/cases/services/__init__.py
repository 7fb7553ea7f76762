"""Every write to a case: one function per thing that can happen."""

from __future__ import annotations

from ruangaman.cases.services.opening import open_case

__all__ = ["open_case"]
