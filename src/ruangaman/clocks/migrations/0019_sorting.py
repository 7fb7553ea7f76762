"""A report that was answered and is not sorted yet is a need like any other: the desk's turn, with a limit.

Before, nothing ran after the first answer, and somebody in danger of death stood below everything that presses. How long
it may take follows the danger that the answers say, so there is a kind for each. A report that was marked as double of
another before anybody had answered waits on, until when it waited before. Who decides for less danger than the answers
say, or for no help, has the head read why.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from ruangaman.clocks.migrations._adding import add_missing
from ruangaman.clocks.migrations._first_kinds import OURS, kind

DESK_CHAIN = (("share", 75, "desk"), ("after", 0, "head"))
DECIDED = ("intake.triaged", "intake.case_opened", "intake.duplicated", "intake.refused")
LEVELS = (
    ("extreme", 4, 1, "bahaya ekstrem", "extreme danger"),
    ("high", 3, 4, "bahaya tinggi", "high danger"),
    ("medium", 2, 24, "bahaya sedang", "medium danger"),
    ("low", 1, 72, "bahaya rendah", "low danger"),
)
KINDS = [
    *(
        kind(
            f"report.triage_{level}",
            f"Memilah laporan, {word}",
            f"Sorting a report, {word_en}",
            "Pilah: siapa dilindungi, seberapa berbahaya, wewenang siapa",
            "Sort it: who is protected, how dangerous, whose task",
            limit=(hours, "hour"),
            law=OURS,
            about="report",
            starts=("intake.replied", "intake.unduplicated", "intake.unrefused", "intake.sent_back"),
            stops=DECIDED,
            holder="desk",
            pausable=False,
            chain=DESK_CHAIN,
            condition={
                "danger": danger, "danger_most": danger, "states": ["received"], "starts_when": {"answered": ["True"]},
            },
        )
        for level, danger, hours, word, word_en in LEVELS
    ),
    kind(
        "report.double_answer",
        "Jawaban pertama untuk pelapor laporan ganda",
        "First answer to the reporter of a double",
        "Pelapor belum pernah dijawab, laporannya ditandai ganda: baca, lalu balas",
        "The reporter was never answered, the report is marked as double: read it, then answer",
        limit=None,
        about="report",
        starts=("intake.duplicated",),
        stops=("intake.replied", "intake.unduplicated"),
        holder="desk",
        pausable=False,
        chain=DESK_CHAIN,
        condition={"starts_when": {"answered": ["False"]}},
    ),
    *(
        kind(
            f"decision.report_{what}",
            label,
            label_en,
            todo,
            todo_en,
            limit=(24, "hour"),
            law=OURS,
            about="report",
            starts=("intake.ruled",),
            stops=("intake.ruling_read", "intake.sent_back"),
            holder="head",
            anchor="ruling",
            pausable=False,
            chain=(("share", 75, "owner"), ("after", 0, "head")),
            condition={"starts_when": {"kind": [what]}},
        )
        for what, label, label_en, todo, todo_en in (
            (
                "lowered", "Bahaya diturunkan", "Danger was lowered",
                "Bahaya diturunkan: baca alasannya", "Danger was lowered: read why",
            ),
            (
                "refused", "Laporan berbahaya tidak ditangani",
                "A report of danger was refused", "Tidak ditangani, padahal menyebut bahaya: baca alasannya",
                "Refused although it says danger: read why",
            ),
        )
    ),
]  # fmt: skip


def fill(apps: Any, _editor: Any) -> None:
    """Add what is missing; what is there stays as it is."""
    kinds = apps.get_model("clocks", "ClockKind")
    for one in kinds.objects.filter(key="desk.decide", changed_by=None).exclude(
        stops_on__contains=["intake.sent_back"]
    ):
        one.stops_on = [*one.stops_on, "intake.sent_back"]
        one.save()
    add_missing(apps, KINDS)


class Migration(migrations.Migration):
    """Data; and why a limit was made longer, and when."""

    dependencies = [("clocks", "0018_after_the_head")]
    operations = [
        migrations.AddField(model_name="limit", name="made_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="limit",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("basis", "Dasarnya berubah"),
                    ("decided", "Keputusan kepala atau dinas"),
                    ("staff", "Petugasnya belum cukup"),
                    ("mistake", "Angka yang lama keliru"),
                ],
                default="",
                max_length=16,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
