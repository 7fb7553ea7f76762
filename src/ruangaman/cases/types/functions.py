"""What the office is for: six functions and eleven tasks, and how they go together. Which service counts for which,
its list says. Source: domain.md 2.1."""

from __future__ import annotations

from ruangaman.core.codelists import OfficeDuty, OfficeFunction

_D, _F = OfficeDuty, OfficeFunction
DUTY_FUNCTIONS: dict[OfficeDuty, OfficeFunction] = {
    _D.A: _F.PENGADUAN,
    _D.B: _F.PENGELOLAAN_KASUS,
    _D.C: _F.PENDAMPINGAN,
    _D.D: _F.PENDAMPINGAN,
    _D.E: _F.PENDAMPINGAN,
    _D.F: _F.PENDAMPINGAN,
    _D.G: _F.PENGELOLAAN_KASUS,
    _D.H: _F.PENAMPUNGAN,
    _D.I: _F.PENGELOLAAN_KASUS,
    _D.J: _F.PENGELOLAAN_KASUS,
    _D.K: _F.PENDAMPINGAN,
}
"""Which function a task of the decree belongs to, so that both lists are told from one record."""
