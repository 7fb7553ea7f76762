"""A third reason to be called: a turn of duty that nobody took."""

from __future__ import annotations

from django.db import migrations, models

KINDS = [("new", "Ada yang baru"), ("late", "Batas waktunya lewat"), ("turn", "Jaga belum diterima")]


def known(kinds: list[tuple[str, str]]) -> models.CheckConstraint:
    """The rule that a letter is of one of these kinds."""
    return models.CheckConstraint(
        condition=models.Q(("kind__in", [one for one, _words in kinds])), name="alarm_kind_known"
    )


class Migration(migrations.Migration):
    """One more kind of letter."""

    dependencies = [("notifications", "0002_rights")]
    operations = [
        migrations.AlterField("alarmsent", "kind", models.CharField(choices=KINDS, max_length=4)),
        migrations.RemoveConstraint("alarmsent", "alarm_kind_known"),
        migrations.AddConstraint("alarmsent", known(KINDS)),
    ]
