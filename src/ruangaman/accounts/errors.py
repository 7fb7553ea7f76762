"""Refusals of signing in and of the people's own settings."""

from __future__ import annotations

from ruangaman.core.errors import DomainError

__all__ = ["AlreadyThere", "BadInvitation", "NotGoodEnough", "WrongCode", "WrongPassword"]


class WrongPassword(DomainError):
    """The password is not the one of this door."""


class WrongCode(DomainError):
    """The code is not the one of this half-minute, or it was used before."""


class NotGoodEnough(DomainError):
    """The new password is too short, too common, or made of the name."""


class AlreadyThere(DomainError):
    """There is somebody or something of that name already."""


class BadInvitation(DomainError):
    """There is no such invitation, or it is used, withdrawn or too old; nobody learns which."""
