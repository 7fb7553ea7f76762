"""Django's entry for the audit trail."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who did what, when; append only."""

    name = "ruangaman.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
