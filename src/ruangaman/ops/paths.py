"""Where the checkout is, and where things go when it cannot be written to."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
REQUIREMENTS = ROOT / "requirements"
PYPROJECT = ROOT / "pyproject.toml"


def is_writable() -> bool:
    """Whether this user may write into the checkout."""
    return os.access(ROOT, os.W_OK)


def default_demo_folder() -> Path:
    """`.data/demo` in the checkout, or a folder of the user when the checkout is not theirs to write."""
    inside = ROOT / ".data"
    if os.access(inside if inside.is_dir() else ROOT, os.W_OK):
        return inside / "demo"
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "ruang-aman" / hashlib.sha256(str(ROOT).encode()).hexdigest()[:16] / "demo"
