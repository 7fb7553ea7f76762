"""Who asks for a page: one statement, planned once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, QuerySet

from ruangaman.accounts.models import Agency, DeskMember, Unit, User
from ruangaman.audit.services import Planned


def _viewers(*, user: UUID) -> QuerySet[Any, Any]:
    seats = DeskMember.objects.filter(user=OuterRef("pk"), until=None)
    found: QuerySet[Any, Any] = User.objects.filter(pk=user, is_active=True).values(
        *(f"{path}{name}" for path, model in VIEWED.items() for name in _columns(model)),
        seats=ArraySubquery(seats.values("desk__principal_id")),
        desks=ArraySubquery(seats.values("desk_id")),
    )
    return found


VIEWED: dict[str, type[Model]] = {"": User, "unit__": Unit, "unit__agency__": Agency}
VIEWER = Planned(_viewers)


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _of_row(model: type[Model], path: str, row: dict[str, Any]) -> Any:
    names = _columns(model)
    return model.from_db("default", names, [row[f"{path}{name}"] for name in names])


def read_viewer(user_id: UUID) -> User | None:
    """Return somebody with unit, agency and desks: asked by every page, so planned once."""
    row = VIEWER.first(user=user_id)
    if row is None:
        return None
    user, unit, agency = (_of_row(model, path, row) for path, model in VIEWED.items())
    unit.agency, user.unit = agency, unit
    user.desk_principals, user.desk_ids = tuple(row["seats"]), tuple(row["desks"])
    found: User = user
    return found
