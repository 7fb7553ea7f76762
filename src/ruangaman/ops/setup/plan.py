"""What a city is to become, before anything of it is written."""

from __future__ import annotations

from dataclasses import dataclass, field

from ruangaman.core import regions


@dataclass(frozen=True)
class Person:
    """Somebody who will sign in."""

    username: str
    name: str
    email: str
    role: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    """The printed recovery code, the second door."""


@dataclass(frozen=True)
class Custodian:
    """Who keeps one share of the recovery key, and in which body."""

    name: str
    body: str


@dataclass(frozen=True)
class Place:
    """Office, unit and first desk: their codes and names."""

    agency: tuple[str, str]
    unit: tuple[str, str]
    desk: tuple[str, str]


@dataclass(frozen=True)
class Plan:
    """Everything that was asked.

    Args:
        where: the city, as it is told to the public.
        officers: the two key officers.
        desk: who sits at the first desk.
        others: further people, such as a case manager.
        emergency: user names of those who hold the unit's break-glass key.
    """

    place: Place
    where: regions.Place
    officers: tuple[Person, Person]
    desk: tuple[Person, ...]
    others: tuple[Person, ...]
    emergency: tuple[str, ...]
    custodians: tuple[Custodian, ...]

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who gets an account."""
        return (*self.officers, *self.desk, *self.others)
