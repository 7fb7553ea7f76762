"""Which benches there are. To add one: a module here with `SAYS`, `add_arguments` and `run`, and its line below."""

from __future__ import annotations

BENCHES = {
    "accept": "reports over HTTP, beside the bare key derivation and beside PostgreSQL alone",
    "case": "the page of a case however long it is, beside its SQL alone",
    "oracle": "whether time or bytes of an answer tell what exists",
    "page": "bytes, requests and time of a first visit on a cheap phone",
    "queue": "lists, filters, case page and search among ten million cases, security on and off",
}
