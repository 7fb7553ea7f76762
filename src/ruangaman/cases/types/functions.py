"""What the office is for: six functions, eleven tasks, and which service counts for which. Source: domain.md 2.1."""

from __future__ import annotations

from ruangaman.cases.types.steps import OfficeDuty, OfficeFunction
from ruangaman.core.codelists import ServiceType

_S, _D, _F = ServiceType, OfficeDuty, OfficeFunction
SERVICE_DUTIES: dict[ServiceType, frozenset[OfficeDuty]] = {
    _S.PENGADUAN: frozenset({_D.A}),
    _S.KESEHATAN: frozenset({_D.C}),
    _S.BANTUAN_HUKUM: frozenset({_D.F}),
    _S.PENEGAKAN_HUKUM: frozenset({_D.F, _D.K}),
    _S.REHABILITASI_SOSIAL: frozenset({_D.E}),
    _S.REINTEGRASI_SOSIAL: frozenset({_D.E}),
    _S.PEMULANGAN: frozenset({_D.E}),
    _S.TOKOH_AGAMA: frozenset({_D.E}),
}
"""Which task of the decree a service fulfils."""

SERVICE_FUNCTIONS: dict[ServiceType, OfficeFunction] = {
    service: _F.PENGADUAN if service is _S.PENGADUAN else _F.PENDAMPINGAN for service in ServiceType
}
"""Which function of the ministry's standard a service belongs to."""

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
