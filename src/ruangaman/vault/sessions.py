"""Sessions whose rows open only with the cookie: the row is named by a hash of it and sealed under a key from it.

Two stores in two tables: public addresses have no right on the sessions of staff. Source: foundations.md 11.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, cast

from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.utils import timezone

from ruangaman.audit.services import run_prepared
from ruangaman.vault import sessions_crypto
from ruangaman.vault.errors import Tampered
from ruangaman.vault.models import PublicSession, StaffSession

_LOAD = "SELECT session_data FROM {table} WHERE session_key = %s AND expire_date > %s"
_PAST = "SELECT session_data FROM {table} WHERE session_key = %s AND expire_date <= %s"
_MAKE = (
    "INSERT INTO {table} (session_data, expire_date, session_key) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
    " RETURNING true"
)
_KEEP = "UPDATE {table} SET session_data = %s, expire_date = %s WHERE session_key = %s RETURNING true"


class SealedSessionStore(SessionBase):
    """A session in the database, sealed under its cookie."""

    model: type[StaffSession | PublicSession]
    ended = False
    """True once the session was flushed: the cookie is to be taken away."""

    def load(self) -> dict[str, Any]:
        """Return the session's data; an unknown, expired or damaged one is as if there were none."""
        row = self._run(_LOAD, sessions_crypto.row_id(self.session_key), timezone.now()) if self.session_key else None
        if row is None:
            self._session_key = None
            return {}
        try:
            data = sessions_crypto.open_session(cast(str, self.session_key), bytes(row[0]))
        except Tampered:
            self._session_key = None
            return {}
        return cast("dict[str, Any]", self.serializer().loads(data))

    def read_past(self, session_key: str) -> dict[str, Any]:
        """Return the data of a session whose time is over while its row is still there; {}: there is none such."""
        row = self._run(_PAST, sessions_crypto.row_id(session_key), timezone.now())
        if row is None:
            return {}
        try:
            data = sessions_crypto.open_session(session_key, bytes(row[0]))
        except Tampered:
            return {}
        return cast("dict[str, Any]", self.serializer().loads(data))

    def exists(self, session_key: str | None = None) -> bool:
        """Say whether there is a row for this key."""
        return self.model.objects.filter(session_key=sessions_crypto.row_id(session_key or "")).exists()

    def create(self) -> None:
        """Store the session under a new key."""
        self._session_key = self._get_new_session_key()
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Seal and store.

        Raises:
            CreateError: the key is taken.
            UpdateError: the session was ended meanwhile.
        """
        if self.session_key is None:
            self.create()
            return
        data = self.serializer().dumps(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        sealed = sessions_crypto.seal_session(self.session_key, data)
        row_id = sessions_crypto.row_id(self.session_key)
        if self._run(_MAKE if must_create else _KEEP, sealed, self.get_expiry_date(), row_id) is None:
            raise CreateError if must_create else UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """Remove the row of this key, or of the session's own."""
        key = session_key or self.session_key
        if key:
            self.model.objects.filter(session_key=sessions_crypto.row_id(key)).delete()

    def flush(self) -> None:
        """End the session: its row is gone and its cookie opens nothing."""
        super().flush()
        self.ended = True

    def _run(self, statement: str, *values: str | bytes | datetime) -> tuple[Any, ...] | None:
        """Run one statement on the store's table and return its row: each request needs one or two of them."""
        return run_prepared(statement.format(table=self.model._meta.db_table), values)

    def _get_new_session_key(self) -> str:
        return secrets.token_urlsafe(32)


class StaffSessionStore(SealedSessionStore):
    """Sessions of people who sign in: they carry unlocked keys."""

    model = StaffSession


class PublicSessionStore(SealedSessionStore):
    """Sessions of visitors: a language, a receipt on its way to its page, an open thread."""

    model = PublicSession


SessionStore = StaffSessionStore
"""The name by which Django finds the store (`SESSION_ENGINE`)."""


def delete_expired_sessions(*, at: datetime) -> int:
    """Delete sessions whose time is over. For the worker, which may see nothing but the date. Returns how many."""
    return sum(
        model._base_manager.filter(expire_date__lt=at)._raw_delete("default") for model in (StaffSession, PublicSession)
    )
