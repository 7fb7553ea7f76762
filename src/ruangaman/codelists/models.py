"""Codes as data: a version is a row, a change is a new row from a day on, and nothing is ever taken away."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from ruangaman.codelists.types import CodeView, ListKey


class Code(models.Model):
    """One version of one code of one list."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    list = models.CharField(max_length=24, choices=ListKey)
    code = models.CharField(max_length=24)
    label_id = models.CharField(max_length=120)
    label_en = models.CharField(max_length=120)
    explanation = models.CharField(max_length=400, blank=True)
    source = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    """First day on which it is not valid any more; its first one: it was taken back before it was ever valid."""
    parent = models.CharField(max_length=24, blank=True)
    position = models.PositiveSmallIntegerField()
    extra = models.JSONField(default=dict)
    added_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    """None: it came with the program."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="code_list_known", condition=Q(list__in=ListKey.values)),
            models.CheckConstraint(
                name="code_has_words", condition=~Q(code="") & ~Q(label_id="") & ~Q(label_en="") & ~Q(parent=F("code"))
            ),
            models.CheckConstraint(
                name="code_in_order_of_time", condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from"))
            ),
            models.UniqueConstraint(fields=["list", "code", "valid_from"], name="code_once_per_day"),
            models.UniqueConstraint(fields=["list", "code"], condition=Q(valid_to=None), name="code_one_open_version"),
        ]

    class Privacy:
        plain = frozenset(
            {
                "id", "list", "code", "label_id", "label_en", "explanation", "source", "valid_from", "valid_to",
                "parent", "position", "extra", "added_by",
            }
        )  # fmt: skip
        linkable: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.list} {self.code}"

    @property
    def view(self) -> CodeView:
        """What others see of it."""
        return CodeView(**{name: getattr(self, name) for name in CodeView.__dataclass_fields__})
