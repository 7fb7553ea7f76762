"""The reference pages: drawn from what the code says, compared by a test, never written by hand."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ruangaman.ops.paths import ROOT

FOLDER = ROOT / "docs" / "reference"
_NOTE = "<!-- Made by ./ruang docs from the code. Do not edit. -->\n\n"


def pages() -> dict[str, str]:
    """Return the text of each page by its file name. Needs Django set up."""
    return {name: _NOTE + write() for name, write in _PAGES.items()}


def faults() -> list[str]:
    """Return one sentence for each page that is not what the code says."""
    return [
        f"docs/reference/{name} is not what the code says: run ./ruang docs."
        for name, text in pages().items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text("utf-8") != text
    ]


def write_pages() -> list[Path]:
    """Write every page. Returns the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")
        written.append(FOLDER / name)
    return written


def _permissions() -> str:
    from ruangaman.accounts.types import ROLE_COMPARTMENTS, ROLE_PERMISSIONS, Permission, Role

    verbs = [[f"`{verb.value}`", ", ".join(_holders(verb, ROLE_PERMISSIONS))] for verb in Permission]
    parts = [
        [f"`{role.value}`", ", ".join(part.name.lower() for part in sorted(held))]
        for role, held in ROLE_COMPARTMENTS.items()
    ]
    without = [role.value for role in Role if not ROLE_PERMISSIONS.get(role)]
    return (
        "# Permissions\n\nA role gives verbs, a grant gives objects; nothing else gives anything "
        "(`accounts/types.py`).\n\n"
        + _table(["Permission", "Roles"], verbs)
        + "\n## Compartments that a role holds in a case it is assigned to\n\n"
        + _table(["Role", "Compartments"], parts)
        + f"\nWithout any permission yet: {', '.join(without)}.\n"
    )


def _events() -> str:
    from django.apps import apps

    from ruangaman.audit.registry import event_types

    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("ruangaman.")}
    rows = [
        [f"`{one.key}`", one.sentence, ", ".join(f"`{name}`" for name in sorted(one.fields)) or "nothing"]
        for one in sorted(event_types, key=lambda one: one.key)
        if one.key.split(".")[0] in ours
    ]
    return (
        "# Events of the audit trail\n\nAn event carries these fields and no others; codes, counts and keys, never "
        "content.\n\n" + _table(["Event", "As people read it", "Fields"], rows)
    )


def _addresses() -> str:
    from django.urls import URLPattern, URLResolver, get_resolver

    from ruangaman.core.access import access_of

    def walk(resolver: URLResolver, prefix: str) -> Iterable[tuple[str, Any]]:
        for entry in resolver.url_patterns:
            address = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry, address)
            elif isinstance(entry, URLPattern):
                yield address, access_of(entry.callback)

    rows = []
    for address, access in sorted(walk(get_resolver(), "/"), key=lambda pair: pair[0]):
        if access is None or address.startswith("/demo/"):
            continue
        needs = f"`{access.permission.value}`" if access.permission else ""
        takes = ", ".join(word for word, yes in (("files", access.files), ("no database", not access.database)) if yes)
        rows.append([f"`{address}`", access.door.value, needs, f"`{access.role}`", takes])
    return (
        "# Addresses\n\nWho may enter is a mark on the view; for everybody else the address does not exist "
        "(ADR 6, ADR 14).\n\n" + _table(["Address", "Door", "Permission", "Database role", ""], rows)
    )


def _code_lists() -> str:
    from django.utils import translation

    from ruangaman.codelists.types import ATTRIBUTES, COUNTED, FIXED, ListKey

    with translation.override("id"):
        parts = [_code_list(key, ATTRIBUTES.get(key, ()), key in FIXED, key in COUNTED) for key in ListKey]
    return (
        "# Code lists\n\nWhat can be chosen, as it comes with the program (`codelists/migrations/*.toml`). An office "
        "adds, rewords and ends codes by day at `/pengaturan/daftar/`; see [add a service type]"
        "(../how-to/add-a-service-type.md). What was recorded keeps the words of its time.\n\n" + "\n".join(parts)
    )


def _code_list(key: Any, attributes: Sequence[Any], fixed: bool, counted: bool) -> str:
    names = [one.name for one in attributes]
    found = _first_codes()[str(key)]
    rows = []
    for one in found["codes"]:
        words = [f"`{one['code']}`", one["id"], one["en"], one.get("parent", ""), *(one[name] for name in names)]
        rows.append([*words, one.get("source", found["source"])])
    facts = ["the program decides by it: words only" if fixed else "", "" if counted else "answers are sealed"]
    said = "; ".join(fact for fact in facts if fact)
    return f"## `{key}` {key.label}\n\nSince {found['since'].isoformat()}{'; ' + said if said else ''}.\n\n" + _table(
        ["Code", "Indonesian", "English", "Part of", *names, "Source"], rows
    )


def _first_codes() -> dict[str, Any]:
    """The codes of all sets together, list by list."""
    found: dict[str, Any] = {}
    for path in sorted((ROOT / "src" / "ruangaman" / "codelists" / "migrations").glob("*.toml")):
        for name, one in tomllib.loads(path.read_text("utf-8")).items():
            found.setdefault(name, {**one, "codes": []})["codes"] += one["codes"]
    return found


def _holders(verb: Any, roles: Any) -> list[str]:
    return [role.value for role, verbs in roles.items() if verb in verbs]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


_PAGES: dict[str, Callable[[], str]] = {
    "permissions.md": _permissions,
    "events.md": _events,
    "addresses.md": _addresses,
    "code-lists.md": _code_lists,
}
