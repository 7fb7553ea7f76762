"""Promises as data: what is promised (kinds), how long it may take (limits), when the office works, and what runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, IntegerField, Q, When
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ruangaman.clocks import types
from ruangaman.clocks.models.pauses import Pause as Pause
from ruangaman.clocks.types import HEAD_START, Calendar, Condition, Holder, Length, Step, Unit
from ruangaman.core.codelists import RiskLevel
from ruangaman.ui.keyset import above, between, scanned

NOTHING: frozenset[str] = frozenset()
USER = "accounts.User"
_EVENT = models.CharField(max_length=48)


class LimitQuerySet(models.QuerySet["Limit"]):
    """Which limits hold."""

    def valid(self, at: datetime) -> Self:
        """Those that hold at a moment; of one key the newest is the one."""
        return self.filter(valid_from__lte=at).filter(Q(valid_to=None) | Q(valid_to__gt=at))


class Limit(models.Model):
    """How long something may take. A new rule is a new row with a later `valid_from`; old clocks keep theirs."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    key = models.CharField(max_length=40)
    value = models.PositiveIntegerField(db_column="hours")
    """The column is older than the units; a function of the street reads it by its name."""
    unit = models.CharField(max_length=8, choices=Unit, default=Unit.HOUR)
    calendar = models.CharField(max_length=8, choices=Calendar, default=Calendar.CALENDAR)
    legal_basis = models.CharField(max_length=200)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    """Who wrote it down, and when; None: it came with the program."""
    made_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=16, choices=types.LongerReason, blank=True)
    """Why it may take longer than before, where somebody in danger waits or a law asks for it."""

    objects = LimitQuerySet.as_manager()

    class Privacy:
        plain = frozenset({"id", "key", "value", "unit", "calendar", "legal_basis", "valid_from", "valid_to", "made_by",
                           "made_at", "reason"})  # fmt: skip
        linkable = NOTHING

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "valid_from"], name="limit_once_per_moment"),
            models.CheckConstraint(name="limit_calendar_known", condition=Q(calendar__in=Calendar.values)),
            models.CheckConstraint(name="limit_unit_known", condition=Q(unit__in=Unit.values)),
            models.CheckConstraint(
                name="limit_in_order_of_time", condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))
            ),
            models.CheckConstraint(
                name="limit_of_reports_in_hours",
                condition=~Q(key__startswith="report.") | Q(unit=Unit.HOUR, calendar=Calendar.CALENDAR),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.value} {self.unit}"

    @property
    def length(self) -> Length:
        """How long, as reckoning needs it."""
        return Length(self.value, Unit(self.unit), Calendar(self.calendar))

    @property
    def hours(self) -> int:
        """The limit of a report, which is in whole hours. Raises ValueError: it is in something else."""
        if self.unit != Unit.HOUR:
            raise ValueError(f"The limit {self.key} is not in hours.")
        return self.value


class ClockKind(models.Model):
    """A kind of promise: what begins it, what keeps it, whose turn it is, who is told when it is late."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    key = models.CharField(max_length=40, unique=True)
    label = models.CharField(_("nama"), max_length=80)
    label_en = models.CharField(max_length=80, blank=True)
    todo = models.CharField(_("langkah berikut"), max_length=200)
    todo_en = models.CharField(max_length=200, blank=True)
    about = models.CharField(max_length=12)
    """What it is about: a key of `clocks.registry.abouts`."""
    starts_on = ArrayField(_EVENT)
    stops_on = ArrayField(_EVENT)
    restarts = models.BooleanField(default=False)
    """It begins again when it was kept, until what it is about ends."""
    condition = models.JSONField(default=dict, blank=True)
    anchor = models.CharField(max_length=24, blank=True)
    """Which detail of the event names the one thing that it is about; empty: one clock for the whole dossier."""
    is_promised = models.BooleanField(default=False)
    """Somebody promises a moment; it has no limit of its own."""
    limit_key = models.CharField(max_length=40, blank=True)
    from_occurrence = models.BooleanField(default=False)
    """It counts from when the thing happened, not from when it was told: windows of medicine and evidence."""
    holder = models.CharField(max_length=12, choices=Holder)
    is_third_party = models.BooleanField(default=False)
    """Another office's duty: late, it asks for a letter to them; it is nobody's fault here."""
    is_pausable = models.BooleanField(default=True)
    chain = models.JSONField(default=list, blank=True)
    """Steps of the escalation, in order."""
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    """Who of the administrators touched it last; None: it is as it came, and a newer program may replace it."""

    class Privacy:
        plain = frozenset(
            {
                "id", "key", "label", "label_en", "todo", "todo_en", "about", "starts_on", "stops_on", "restarts",
                "condition", "anchor", "is_promised", "limit_key", "from_occurrence", "holder", "is_third_party",
                "is_pausable", "chain", "valid_from", "valid_to", "changed_by",
            }
        )  # fmt: skip
        linkable = NOTHING

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="kind_holder_known", condition=Q(holder__in=Holder.values)),
            models.CheckConstraint(name="kind_starts_on_something", condition=Q(starts_on__len__gte=1)),
            models.CheckConstraint(name="kind_stops_on_something", condition=Q(stops_on__len__gte=1)),
            models.CheckConstraint(
                name="kind_has_a_limit_or_a_promise",
                condition=Q(is_promised=True, limit_key="") | Q(is_promised=False) & ~Q(limit_key=""),
            ),
            models.CheckConstraint(
                name="kind_in_order_of_time", condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def name(self) -> str:
        """Its label in the language of the screen."""
        return self.label_en if self.label_en and get_language() == "en" else self.label

    @property
    def next_step(self) -> str:
        """What to do next, in the language of the screen."""
        return self.todo_en if self.todo_en and get_language() == "en" else self.todo

    @property
    def rule(self) -> Condition:
        """When it begins at all."""
        return Condition.read(self.condition)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Who is told, and when."""
        return Step.read(self.chain[: types.LONGEST_CHAIN])

    def is_valid(self, at: datetime) -> bool:
        """Whether it begins new clocks at a moment; those that run go on whatever it says."""
        return self.valid_from <= at and (self.valid_to is None or self.valid_to > at)


class Holiday(models.Model):
    """A day on which the office is closed."""

    on = models.DateField(primary_key=True)
    name = models.CharField(max_length=80)
    source = models.CharField(max_length=120)
    changed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")

    class Privacy:
        plain = frozenset({"on", "name", "source", "changed_by"})
        linkable = NOTHING

    class Meta:
        ordering = ("on",)

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


class OfficeDay(models.Model):
    """From when to when the office works on a weekday; a weekday without a row is free."""

    weekday = models.PositiveSmallIntegerField(primary_key=True)
    """Monday is 0."""
    opens = models.TimeField()
    closes = models.TimeField()

    class Privacy:
        plain = frozenset({"weekday", "opens", "closes"})
        linkable = NOTHING

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="officeday_weekday_known", condition=Q(weekday__lte=6)),
            models.CheckConstraint(name="officeday_opens_before_it_closes", condition=Q(opens__lt=F("closes"))),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}–{self.closes}"


OPEN = Q(stopped_at=None)
RUNNING = Q(stopped_at=None, paused_at=None)


def _rank(at: datetime) -> Case:
    """`types.rank_at` for the database."""
    found = types.stretches_at(at)
    ranked = [When(between("presses_at", one.since, one.until), danger=level, then=one.rank) for level, one in found]
    return Case(*ranked, default=types.NOT_YET, output_field=IntegerField())


class ClockQuerySet(models.QuerySet["Clock"]):
    """Which clocks; each list names one branch, for which there is an index."""

    def open(self) -> Self:
        """Promises that are not kept yet, paused ones included."""
        return self.filter(stopped_at=None)

    def running(self) -> Self:
        """Those whose time counts."""
        return self.filter(stopped_at=None, paused_at=None)

    def awake(self, at: datetime) -> Self:
        """Those that nobody put off beyond `at`."""
        return self.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=at))

    def asleep(self, at: datetime) -> Self:
        """Those that somebody put off beyond `at`."""
        return self.filter(snoozed_until__gt=at)

    def read(self, reading: types.Reading) -> Self:
        """Those of one danger that stand together in the order of what presses: one scan of an index."""
        moments = scanned("presses_at", reading.since, reading.until, reading.after)
        return self.filter(*moments, danger=reading.danger).order_by("presses_at", "id")

    def narrowed(self, to: types.Narrow, at: datetime) -> Self:
        """Those that a filter lets through."""
        found = self.filter(owner=None) if to.free else self
        if to.danger:
            found = found.filter(danger__gte=to.danger)
        exact = {"kecamatan": to.kecamatan, "kind__key": to.kind, "about": to.about}
        found = found.filter(**{name: value for name, value in exact.items() if value})
        if to.but:
            kinds = ClockKind.objects.filter(key__startswith=to.but[0]).values("pk")  # joined, it would cost the order
            found = found.exclude(kind__in=kinds, owner=to.but[1])
        # What is late presses already: said twice, so that the index ends there.
        return found.filter(due_at__lt=at, presses_at__lt=at) if to.late else found

    def binding(self, *, event: str) -> Self:
        """Those of law or medicine that an event would end although what they are about was not done."""
        known = Q(kind__key__regex=types.WINDOWS) | Q(limit__legal_basis__regex=types.LAW)
        return self.filter(known | Q(kind__from_occurrence=True), kind__stops_on__contains=[event])

    def pressing(self, at: datetime) -> Self:
        """Order as the queue does: by `types.rank_at`, then by when it presses (ADR 23)."""
        return self.order_by(_rank(at), "presses_at", "id")

    def after(self, place: types.Cursor) -> Self:
        """Those that come after a place in this order: for a list that no index holds."""
        rank, presses, row_id = place.order
        return self.alias(rank=_rank(place.at)).filter(above(rank=rank, presses_at=presses, id=row_id))


class Clock(models.Model):
    """One open need, or one that was met: what, whose turn, until when. Facts in the clear, no words."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.ForeignKey(ClockKind, on_delete=models.PROTECT, related_name="+")
    limit = models.ForeignKey(Limit, on_delete=models.PROTECT, null=True, related_name="+")
    """The version of the rule that held when it began; None: somebody promised the moment."""
    dossier = models.ForeignKey("vault.Dossier", on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=12)
    subject = models.CharField(max_length=12)
    """Public code of the case or report."""
    anchor = models.UUIDField(null=True)
    unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey("accounts.Desk", on_delete=models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    lead = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    """Who answers for the whole: told when the owner is late."""
    danger = models.PositiveSmallIntegerField(choices=RiskLevel)
    kecamatan = models.CharField(max_length=8, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    presses_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=16, choices=types.PauseReason, blank=True)
    paused_seconds = models.PositiveIntegerField(default=0)
    """How much was added back by pauses that are over."""
    snoozed_until = models.DateTimeField(null=True)
    snooze_reason = models.CharField(max_length=16, choices=types.SnoozeReason, blank=True)
    level = models.PositiveSmallIntegerField(default=0)
    """How many steps of the escalation were taken."""
    escalates_at = models.DateTimeField(null=True)
    """When the next one is; None: none is left."""
    stopped_at = models.DateTimeField(null=True)
    stopped_on = models.CharField(max_length=48, blank=True)

    objects = ClockQuerySet.as_manager()

    class Privacy:
        plain = frozenset(
            {
                "kind", "limit", "about", "unit", "desk", "owner", "lead", "danger", "kecamatan", "started_at",
                "due_at", "presses_at", "paused_at", "pause_reason", "paused_seconds", "snoozed_until", "snooze_reason",
                "level", "escalates_at", "stopped_at", "stopped_on",
            }
        )  # fmt: skip
        linkable = frozenset({"id", "dossier", "subject", "anchor"})

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="clock_is_somebodys", condition=Q(desk__isnull=False) | Q(owner__isnull=False)),
            models.CheckConstraint(name="clock_danger_known", condition=Q(danger__in=RiskLevel.values)),
            models.CheckConstraint(
                name="clock_presses_by_danger",
                condition=Q(danger=RiskLevel.RENDAH, presses_at=F("due_at"))
                | Q(danger=RiskLevel.SEDANG, presses_at=F("due_at") - HEAD_START[RiskLevel.SEDANG])
                | Q(danger=RiskLevel.TINGGI, presses_at=F("due_at") - HEAD_START[RiskLevel.TINGGI])
                | Q(danger=RiskLevel.EKSTREM, presses_at=F("due_at") - HEAD_START[RiskLevel.EKSTREM]),
            ),
            models.CheckConstraint(
                name="clock_pause_has_a_reason",
                condition=Q(paused_at=None, pause_reason="") | Q(paused_at__isnull=False) & ~Q(pause_reason=""),
            ),
            models.CheckConstraint(
                name="clock_snooze_has_a_reason",
                condition=Q(snoozed_until=None, snooze_reason="")
                | Q(snoozed_until__isnull=False) & ~Q(snooze_reason=""),
            ),
            models.CheckConstraint(
                name="clock_end_goes_together",
                condition=Q(stopped_at=None, stopped_on="")
                | Q(stopped_at__isnull=False, stopped_at__gte=F("started_at")) & ~Q(stopped_on=""),
            ),
            models.CheckConstraint(name="clock_chain_is_short", condition=Q(level__lte=types.LONGEST_CHAIN)),
            models.UniqueConstraint(
                fields=["dossier", "kind", "anchor"], condition=OPEN, nulls_distinct=False, name="clock_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index("owner", "danger", "presses_at", "id", name="clock_of_owner", condition=RUNNING),
            models.Index("desk", "danger", "presses_at", "id", name="clock_of_desk", condition=RUNNING),
            models.Index("unit", "danger", "presses_at", "id", name="clock_of_unit", condition=RUNNING),
            models.Index("escalates_at", name="clock_escalates", condition=RUNNING & Q(escalates_at__isnull=False)),
            models.Index("dossier", "started_at", name="clock_of_dossier"),
            models.Index("paused_at", name="clock_paused", condition=OPEN & Q(paused_at__isnull=False)),
            models.Index("snoozed_until", name="clock_snoozed", condition=RUNNING & Q(snoozed_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.subject}"

    @property
    def face(self) -> types.Clock:
        """How it reads."""
        return types.Clock.begun(self.started_at, self.due_at, self.stopped_at, self.paused_at)

    def todo_at(self, at: datetime) -> str:
        """What to do next; of a window that is over, what still helps."""
        return str((at > self.due_at and types.STILL_HELPS.get(self.kind.key)) or self.kind.next_step)

    @property
    def is_binding(self) -> bool:
        """Whether law or medicine asks for it."""
        basis = self.limit.legal_basis if self.limit else ""
        return types.is_binding(key=self.kind.key, from_occurrence=self.kind.from_occurrence, basis=basis)

    def place_at(self, at: datetime) -> types.Cursor:
        """Return its place in the order of what presses at a moment."""
        return types.Cursor(self.presses_at, self.pk, self.danger, at)

    @property
    def paused_for(self) -> timedelta:
        """How much time was added back."""
        return timedelta(seconds=self.paused_seconds)
