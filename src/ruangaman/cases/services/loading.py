"""Loading what a service changes: locked, and only for those who hold a grant on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit.services import Planned
from ruangaman.cases import policies
from ruangaman.cases.errors import CaseClosed, UnknownCode
from ruangaman.cases.models import Assignment, Case, Note, live_grants_of
from ruangaman.cases.types import WRITABLE_STATES, CaseState, NoteSource
from ruangaman.codelists.selectors import book
from ruangaman.codelists.types import ListKey
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.types import Compartment, Content

Row = TypeVar("Row", bound=models.Model)


def lock_case(code: str, by: User) -> Case:
    """Lock one case that `by` holds a grant on. Raises NotFound."""
    row = LOCKED.first(code=code, principals=list(by.principals)) if by.principals else None
    if row is None:
        raise NotFound(_("Kasus ini tidak ada."))
    return Case.from_db("default", COLUMNS, [row[name] for name in COLUMNS])


def _locked(*, code: str, principals: list[UUID]) -> QuerySet[Any, Any]:
    rows = Case.objects.filter(dossier_id__in=live_grants_of(principals), code=code)
    found: QuerySet[Any, Any] = rows.select_for_update(of=("self",)).values(*COLUMNS)
    return found


COLUMNS = tuple(field.attname for field in Case._meta.concrete_fields)
LOCKED = Planned(_locked)


def lock_writable(code: str, by: User) -> Case:
    """Lock one case to add to it. Raises NotFound, CaseClosed, NotAllowed: also to who only reads it for a while."""
    case = lock_of_team(code, by)
    if CaseState(case.state) not in WRITABLE_STATES:
        raise CaseClosed(_("Kasus ini sudah ditutup. Buka lagi bila ada yang perlu ditambahkan."))
    return case


def lock_of_team(code: str, by: User) -> Case:
    """Lock one case that `by` works on, open or closed. Raises NotFound, NotAllowed: also to who only reads it."""
    case = lock_case(code, by)
    if not policies.is_writer(by) or not _parts_of(case, by):
        raise NotAllowed(_("Anda tidak berwenang menambah isi kasus ini."))
    return case


def find_first(model: type[Row], row_id: UUID | None, case: Case) -> Row | None:
    """Return the row that the same form made before, or None. Raises Conflict: the id is that of another case."""
    if row_id is None:
        return None
    found = model._default_manager.filter(pk=row_id).first()
    if found is not None and getattr(found, "case_id", None) != case.pk:
        raise Conflict(_("Formulir ini sudah dipakai untuk hal lain. Muat ulang halaman."))
    return found


def check_codes(key: ListKey, codes: Iterable[str]) -> None:
    """Check that codes stand in their list, ended ones too: what is late to be written down was valid in its time.

    Raises:
        UnknownCode: one does not; the database has no list of its own.
    """
    lists = book()
    if any(not lists.versions(key, code) for code in codes):
        raise UnknownCode(_("Pilihan ini tidak ada dalam daftar “%(name)s”.") % {"name": key.label})


def check_valid(key: ListKey, code: str, on: date) -> None:
    """Check that a code was valid on a day.

    Raises:
        UnknownCode: it is not in its list, or was not valid then.
    """
    check_codes(key, [code])
    versions = book().versions(key, code)
    if not any(one.is_valid(on) for one in versions):
        raise UnknownCode(_("“%(name)s” tidak berlaku pada tanggal itu.") % {"name": versions[-1].label})


def seal(
    case: Case, compartment: Compartment, content: Content, *, by: User, at: datetime, ref: UUID | None = None
) -> UUID:
    """Seal content of a case; with `ref` as a new version in the same place.

    Raises:
        NotAllowed: `by` does not hold this compartment by a part in the case. Who only reads it for a while does not.
    """
    held = policies.compartments_of(_parts_of(case, by))
    if compartment not in held:
        raise NotAllowed(_("Bagian “%(name)s” tidak terbuka untuk Anda dalam kasus ini.") % {"name": compartment.label})
    return vault.seal(dossier_id=case.dossier_id, compartment=compartment, content=content, by=by, at=at, ref=ref)


def _parts_of(case: Case, user: User) -> list[Assignment]:
    """Return the part that somebody has in a case, if any."""
    rows = PARTS.rows(case_id=case.pk, user_id=user.pk)
    return [Assignment(case=case, user=user, role=row["role"]) for row in rows]


def _parts(*, case_id: UUID, user_id: UUID) -> QuerySet[Any, Any]:
    return Assignment.objects.filter(case_id=case_id, user_id=user_id, until=None).values("role")


PARTS = Planned(_parts)


def write_note(
    case: Case,
    compartment: Compartment,
    content: Content,
    *,
    by: User,
    at: datetime,
    note_id: UUID | None = None,
    corrects: UUID | None = None,
) -> Note:
    """Seal and write a note of the office. What happened is told by who calls.

    Raises: as `seal`.
    """
    ref = seal(case, compartment, content, by=by, at=at)
    note = Note(
        id=note_id or uuid4(), case=case, compartment=compartment, source=NoteSource.STAFF, ref=ref, author=by, at=at,
        corrects_id=corrects,
    )  # fmt: skip
    note.save(force_insert=True)
    return note
