"""An office that takes reports, and a browser with or without cookies."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from ruangaman.accounts.models import Agency, Desk, DeskMember, Unit, User
from ruangaman.accounts.types import AgencyKind, Role
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.vault.types import PrincipalKind
from tests.factories.vault import FEB_1, Person, Town, make_town


@dataclass
class Office:
    """Two desks of two agencies, each with one officer, and agencies that have no desk."""

    town: Town
    officer: Person
    other_officer: Person
    desk: Desk
    other_desk: Desk
    users: dict[UUID, User] = field(default_factory=dict)


def make_office() -> Office:
    """Make it: `uptd-ppa` is tried first, `dinsos` is the alternative; `polisi` has no desk."""
    town = make_town()
    officer, other = town.person(), town.person()
    emergency = town.group(officer, kind=PrincipalKind.BREAKGLASS)
    first, second = town.group(officer), town.group(other)
    with unit_of_work(DatabaseRole.MIGRATE):
        own = Agency.objects.create(code="dp3akb", name="DP3AKB", kind=AgencyKind.OFFICE)
        social = Agency.objects.create(code="dinsos", name="Dinas Sosial", kind=AgencyKind.PARTNER)
        Agency.objects.create(code="polisi", name="Polisi", kind=AgencyKind.PARTNER)
        uptd = Unit.objects.create(agency=own, code="uptd-ppa", name="UPTD PPA", breakglass_id=emergency)
        partner = Unit.objects.create(agency=social, code="dinsos", name="Dinas Sosial")
        desk = Desk.objects.create(unit=uptd, code="uptd", name="UPTD PPA", principal_id=first, position=1)
        other_desk = Desk.objects.create(
            unit=partner, code="dinsos", name="Dinas Sosial", principal_id=second, position=2
        )
        office = Office(town, officer, other, desk, other_desk)
        for person, name, place in ((officer, "petugas", desk), (other, "dinsos", other_desk)):
            user = User.objects.create(
                username=name,
                display_name=name.title(),
                role=Role.PETUGAS,
                unit=place.unit,
                principal_id=person.principal_id,
            )
            person.id = user.pk
            office.users[person.principal_id] = user
            DeskMember.objects.create(desk=place, user=user, since=FEB_1)
    return office


@dataclass
class Browser:
    """Fills in forms as they came, over the whole door."""

    client: Client
    refuses: bool = False
    page: HttpResponse | None = None

    def get(self, path: str) -> HttpResponse:
        """Open a page."""
        return self._seen(self.client.get(path))

    def post(self, path: str, data: dict[str, Any] | None = None, *, form: str = "", **extra: Any) -> HttpResponse:
        """Send the form of the last page whose action begins with `form` (default: `path`), with `data` put in."""
        fields = {**self.hidden(form or path), **(data or {})}
        return self._seen(self.client.post(path, fields, **extra))

    def report(self, what: str = "Dia marah lagi.", **data: Any) -> HttpResponse:
        """Open the form and send it."""
        self.get("/i/")
        return self.post("/i/", {"what": what, **data})

    def follow(self, response: HttpResponse) -> HttpResponse:
        """Go where an answer points."""
        assert response.status_code == 303, response.content.decode()[:2000]
        return self.get(response["Location"])

    def hidden(self, action: str) -> dict[str, str]:
        """Return the hidden fields of the form with this action on the last page."""
        found = re.search(rf'<form[^>]*action="{re.escape(action)}[^"]*"[^>]*>(.*?)</form>', self.text, re.DOTALL)
        assert found, f"there is no form to {action}"
        inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[1])
        return {name: unescape(value) for name, value in inputs}

    @property
    def text(self) -> str:
        """The last page."""
        assert self.page is not None
        return self.page.content.decode()

    @property
    def digits(self) -> str:
        """The receipt on the last page."""
        found = re.search(r'<output id="receipt">(.*?)</output>', self.text)
        assert found, "there is no receipt on this page"
        return re.sub(r"\D", "", re.sub(r"<[^>]+>", "", found[1]))

    def _seen(self, response: HttpResponse) -> HttpResponse:
        if self.refuses:
            self.client.cookies.clear()
        self.page = response
        return response


def picture(name: str = "foto.png", size: int = 2000) -> SimpleUploadedFile:
    """Return a file that begins like a picture."""
    return SimpleUploadedFile(name, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * (size // 256 + 1), "image/png")
