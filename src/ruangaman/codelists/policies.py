"""May this person change a list? Pure functions."""

from __future__ import annotations

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Permission
from ruangaman.codelists.types import FIXED, ListKey


def can_manage(user: User) -> bool:
    """Whether `user` may change what can be chosen."""
    return user.has(Permission.CODES_MANAGE)


def can_grow(key: ListKey) -> bool:
    """Whether codes may come and go in a list: not where the program decides by them."""
    return key not in FIXED
