"""The first codes of every list. A code that is in its list already, as an administrator left it, is not touched."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import migrations

FILE = Path(__file__).with_suffix(".toml")
WORDS = {"code", "id", "en", "note", "source", "parent"}

PUT = """
INSERT INTO codelists_code (id, list, code, label_id, label_en, explanation, source, valid_from, valid_to, parent,
                            position, extra, added_by_id)
SELECT %(id)s, %(list)s, %(code)s, %(label_id)s, %(label_en)s, %(note)s, %(source)s, %(since)s, NULL, %(parent)s,
       %(position)s, %(extra)s::jsonb, NULL
WHERE NOT EXISTS (SELECT 1 FROM codelists_code c WHERE c.list = %(list)s AND c.code = %(code)s)
"""


def put(apps: Any, schema_editor: Any) -> None:
    """Add what is not there."""
    for name, found in tomllib.loads(FILE.read_text("utf-8")).items():
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(PUT, [_row(name, found, place, one) for place, one in enumerate(found["codes"])])


def _row(name: str, found: dict[str, Any], place: int, one: dict[str, str]) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "list": name,
        "code": one["code"],
        "label_id": one["id"],
        "label_en": one["en"],
        "note": one.get("note", ""),
        "source": one.get("source", found["source"]),
        "since": found["since"],
        "parent": one.get("parent", ""),
        "position": (place + 1) * 10,
        "extra": json.dumps({key: value for key, value in one.items() if key not in WORDS}),
    }


class Migration(migrations.Migration):
    """First codes."""

    dependencies = [("codelists", "0002_rights")]
    operations = [migrations.RunPython(put, migrations.RunPython.noop)]
