"""The application that Granian serves."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

if sys.platform == "linux" and os.environ.get("RUANGAMAN_DIE_WITH_PARENT") == "1":
    # Killing the server's main process would leave its workers serving (foundations, rule 9).
    ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ruangaman.config.settings")
os.environ.setdefault("RUANGAMAN_PROCESS", "web")

from ruangaman.config.startup import make_application

application = make_application()
