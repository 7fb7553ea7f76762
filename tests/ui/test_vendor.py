"""What we did not write is exactly what its makers published."""

from __future__ import annotations

import base64
import hashlib
import json

from ruangaman.ui.assets import STATIC

VENDOR = STATIC / "ui" / "vendor"


def test_every_vendored_file_is_listed_with_its_licence_and_unchanged():
    listed = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))

    for entry in listed:
        digest = hashlib.sha384((VENDOR / entry["file"]).read_bytes()).digest()
        assert entry["sha384"] == f"sha384-{base64.b64encode(digest).decode()}"
        assert entry["version"]
        assert (VENDOR / entry["licence_file"]).read_text(encoding="utf-8").strip()

    known = {"manifest.json"} | {entry["file"] for entry in listed} | {entry["licence_file"] for entry in listed}
    assert {path.name for path in VENDOR.iterdir()} == known
