"""The pepper belongs to the database: a process with another one must not start."""

from __future__ import annotations

import hmac

from django.db import connection

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.vault import pepper
from ruangaman.vault.errors import WrongPepper


def check_pepper(role: Role = Role.WEB) -> None:
    """Refuse to go on with a pepper that is not this database's; the first to ask says which one is.

    Call it at the start of every process, before anything is made with the pepper.

    Raises:
        WrongPepper: the database was made with another one.
    """
    with unit_of_work(role), connection.cursor() as cursor:
        cursor.execute("SELECT vault_keep_pepper(%s)", [pepper.check_value()])
        kept = bytes(cursor.fetchone()[0])
    if not hmac.compare_digest(kept, pepper.check_value()):
        raise WrongPepper("The pepper file is not the one this database was made with; with it nothing would open.")
