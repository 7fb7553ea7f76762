"""A list that files add themselves to: the mechanism behind every one-file extension."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Generic, Protocol, TypeVar


class Keyed(Protocol):
    """What a registry can hold."""

    @property
    def key(self) -> str:
        """Unique within its registry, stable for ever: it is stored as text."""


Entry = TypeVar("Entry", bound=Keyed)


class Registry(Generic[Entry]):
    """Entries by key, in the order in which they were added."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._entries: dict[str, Entry] = {}

    def add(self, entry: Entry) -> Entry:
        """Add an entry. Raises RuntimeError: the key is taken, which stops the start."""
        if self._entries.get(entry.key, entry) is not entry:
            raise RuntimeError(f"Two {self.what} entries have the key {entry.key!r}.")
        self._entries[entry.key] = entry
        return entry

    def get(self, key: str) -> Entry | None:
        """Return the entry, or None."""
        return self._entries.get(key)

    def __getitem__(self, key: str) -> Entry:
        return self._entries[key]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)


def load_folder(package: str) -> None:
    """Import every module of a package, so that its entries add themselves."""
    for module in iter_modules(import_module(package).__path__):
        import_module(f"{package}.{module.name}")
