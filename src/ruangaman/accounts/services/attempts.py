"""Counting vain tries, so that a door slows. Counted before the slow hash, so that many at once cannot outrun it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection

from ruangaman.accounts import policies
from ruangaman.accounts.models import SignInAttempt
from ruangaman.vault import pepper

LONGEST_NAME = 150


def attempt_keys(*, username: str, address: str) -> dict[str, bytes]:
    """Return under which keys a try is counted: the name as it was typed, known or not, from its network and from
    everywhere, and the network itself.

    The own machine is no network: there stands a proxy, or the demo's only visitor.
    """
    name, place = normal_name(username), address_prefix(address)
    keys = {"name": _key("name", f"{name}\0{place}"), "everywhere": _key("everywhere", name)}
    return keys | {"place": _key("place", place)} if place else keys


def unlock_key(user_id: UUID) -> dict[str, bytes]:
    """Return under which key a try at an own locked screen is counted: no stranger's try is counted there."""
    return {"unlock": _key("unlock", str(user_id))}


def second_key(user_id: UUID) -> dict[str, bytes]:
    """Return under which key a try at somebody's second step is counted."""
    return {"second": _key("second", str(user_id))}


def normal_name(username: str) -> str:
    """Return a user name as it is compared: without spaces around it, in small letters, not longer than any can be."""
    return username.strip().casefold()[:LONGEST_NAME]


def address_prefix(address: str) -> str:
    """Return the network that an address is counted with: 24 bits of IPv4, 48 of IPv6; "": none to count."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_loopback:
        return ""
    bits = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network((found, bits), strict=False))


def count_try(keys: Mapping[str, bytes], *, at: datetime) -> datetime | None:
    """Count a try beforehand as if it were in vain, or return until when nothing is tried.

    Whoever waits is not counted: waiting never grows by asking.

    Writes: one row per key.
    """
    rows = {
        bytes(row.key): row
        for row in SignInAttempt.objects.select_for_update().filter(key__in=sorted(keys.values())).order_by("key")
    }
    live = {kind: rows.get(key) for kind, key in keys.items()}
    waits = [
        wait
        for kind, row in live.items()
        if row is not None and not _is_forgotten(row, at) and (wait := policies.wait_until(row, kind)) and wait > at
    ]
    if waits:
        return max(waits)
    for key in sorted(keys.values()):
        _count(key, at)
    return None


def clear_tries(key: bytes) -> None:
    """Forget the vain tries of a name or a second step: the right one came."""
    SignInAttempt.objects.filter(key=key).delete()


def give_back_try(key: bytes) -> None:
    """Take back one counted try, without forgetting those of others: a whole office shares an address."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_signinattempt SET failures = greatest(failures - 1, 0) WHERE key = %s", [key])


def forget_tries(*, at: datetime) -> int:
    """Delete the counts that nobody touched for a day; the worker sees nothing but the date. Returns how many."""
    return SignInAttempt.objects.filter(last_at__lt=at - policies.FORGOTTEN_AFTER)._raw_delete("default")


def _key(kind: str, value: str) -> bytes:
    return pepper.mac(pepper.Label.ADDRESS, f"sign-in/{kind}\0{value}".encode("utf-8", "surrogatepass"))


def _is_forgotten(row: SignInAttempt, at: datetime) -> bool:
    return row.last_at < at - policies.FORGOTTEN_AFTER


def _count(key: bytes, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_signinattempt AS a (key, failures, last_at) VALUES (%s, 1, %s) ON CONFLICT (key)"
            " DO UPDATE SET failures = CASE WHEN a.last_at < %s THEN 1 ELSE a.failures + 1 END, last_at = %s",
            [key, at, at - policies.FORGOTTEN_AFTER, at],
        )
