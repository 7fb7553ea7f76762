"""The pepper belongs to the database: a process with another one must not start."""

from __future__ import annotations

import hmac

from ruangaman.vault import pepper
from ruangaman.vault.errors import WrongPepper
from ruangaman.vault.models import InstallationCheck


def keep_pepper_check() -> None:
    """Remember by which pepper this database was made, at its first migration; later ones change nothing.

    Raises:
        WrongPepper: it was made with another one.
    """
    if not InstallationCheck.objects.exists():
        InstallationCheck(value=pepper.check_value()).save(force_insert=True)
    check_pepper()


def check_pepper() -> None:
    """Refuse to go on with a pepper that is not this database's.

    Raises:
        WrongPepper: it is another one, or the database has never been set up.
    """
    value = InstallationCheck.objects.values_list("value", flat=True).first()
    if value is None:
        raise WrongPepper("This database has not been set up: run the migrations with the pepper file in place.")
    if not hmac.compare_digest(bytes(value), pepper.check_value()):
        raise WrongPepper("The pepper file is not the one this database was made with; with it nothing would open.")
