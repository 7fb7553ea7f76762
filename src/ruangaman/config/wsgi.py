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

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from ruangaman.config.startup import require_pepper  # noqa: E402 - needs the applications loaded

require_pepper()
