"""What a case refuses, each with the sentence for the person who asked."""

from __future__ import annotations

from ruangaman.core.errors import Conflict, DomainError, NotAllowed, NotFound


class CaseClosed(Conflict):
    """The case is closed; it has to be opened again before anything is added."""


class AlreadyClosed(Conflict):
    """Somebody closed it before."""


class NoSuchMove(Conflict):
    """The case cannot go from where it stands to where it was asked to go."""


class EvidenceMissing(DomainError):
    """Something must exist before this move; the sentence says what."""


class NotAssignable(NotAllowed):
    """This person cannot take this part in the case."""


class WrongPerson(DomainError):
    """A person named in the form does not belong to this case or is not of the right kind."""


class UnknownCode(DomainError):
    """A code is in no list."""


class LastHolder(DomainError):
    """Nobody else could open what this person alone holds; it has to be confirmed."""


class NoGlass(NotFound):
    """There is no such case for this person to open by an emergency key; nobody learns whether there is one."""


class NotWrapped(DomainError):
    """The unit's emergency key does not open this case; the recovery shares do."""


class GlassFrozen(NotAllowed):
    """An earlier opening of this person was not reviewed in time."""


class GlassShut(Conflict):
    """The opening is not what the page said any more: over, taken back, or agreed to by another."""
