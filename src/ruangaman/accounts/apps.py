"""The app's entry in Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who is who."""

    name = "ruangaman.accounts"
    label = "accounts"
