"""Where a request came from, when a proxy stands in front: only what our own proxies say is believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ruangaman.config.env import Proxy


class ForwardedMiddleware:
    """Puts the visitor's address where the proxy's stands (`REMOTE_ADDR`), for counting vain tries only.

    Everybody can write the left part of `X-Forwarded-For`; the right part is written by our own proxies.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer = str(request.META.get("REMOTE_ADDR", ""))
        request.META["REMOTE_ADDR"] = visitor(
            peer, request.META.pop("HTTP_X_FORWARDED_FOR", ""), settings.RUANGAMAN_PROXY
        )
        return self.get_response(request)


def visitor(peer: str, forwarded: str, proxy: Proxy) -> str:
    """Return the address that counts: the last one in the chain that is not one of our proxies.

    What is not an address ends the walk: then the proxy's own address counts, as for a request without the header.

    Args:
        peer: who is connected to us.
        forwarded: the header as it came, several joined by commas.
    """
    chain = [one.strip() for one in forwarded.split(",")] if forwarded.strip() else []
    if proxy.hops:
        found = chain[-proxy.hops] if len(chain) >= proxy.hops else peer
        return found if _address(found) else peer
    address = peer
    for one in reversed(chain):
        if not _is_ours(address, proxy) or not _address(one):
            break
        address = one
    return address


def _is_ours(text: str, proxy: Proxy) -> bool:
    address = _address(text)
    return address is not None and any(address in network for network in proxy.networks)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
