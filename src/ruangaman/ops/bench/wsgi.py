"""The product's own application with the addresses of `bench/urls.py` beside its own. Only a bench starts it."""

from __future__ import annotations

import os

from django.conf import settings
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ruangaman.config.settings")
settings.ROOT_URLCONF = "ruangaman.ops.bench.urls"
application = import_string("ruangaman.config.wsgi.application")
