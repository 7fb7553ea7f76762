"""The components. Loaded for every template (settings, `builtins`): no `{% load %}` is needed.

An unknown argument is an error when the template is compiled. Text arguments are escaped; only the content of a block
tag is markup. Staff pages draw icons in place (`icon`); public pages name them once (`sprite`) and point (`use`).

Both sides
    {% icon "locked" %}                          drawing in place, names in `ui/icons.py`
    {% asset "ui/staff.css" %}                   address of a static file with its version
    {% errors form title=… text=… labels=False %}  amber summary of what needs another look, links to the fields
    {{ at|wita }} {{ at|wita_day }} {{ at|wita_short }} {{ at|wita_when }} {{ at|ago }}
                                                 10.32 · Selasa, 24 November 2026 · 24 Nov 10.32 · hari ini 10.32 ·
                                                 2 jam lalu; {{ end|last_day }} {{ until|left:now }} 42 menit lagi
Public (templates extend `ui/public.html`)
    {% inline_style "sos form" %} {% inline_script %}  its one <style> (`ui/css/public/`), then <script> (`ui/js/`)
    {% sprite "exit mark pen" %} {% use "pen" %} every icon that the page points to; a pointer to one of them
    {% numbers title=… strip=True chat=False %}  emergency keys
    {% office_call hint=… %}                     the office's own number as a way on
    {% service_name %} {% city %} {% zone_name %} the unit, the city and WIB, WITA or WIT, of this installation
    {% lines as line %}                          the numbers themselves: line.keys, .talk, .chat, .office
    {% question form.what control="textarea" must=True icons=… notes=… %} … {% endquestion %}
                                                 one question; control: text textarea code select file
                                                 choices three duo chips
    {% receipt digits %}                         the slip: 20 digits in five groups
    {% door %}                                   the lit door
    {% to "/i/" %} {% keep_language %}           an address of ours, a hidden field: both keep a chosen language for
                                                 browsers that refuse cookies
Staff (templates extend `ui/staff.html` or `ui/plain.html`)
    {% panel title=… id=… %} … {% endpanel %}    titled region of a page
    {% field form.note control="textarea" %}     label, hint, control, error; control: text textarea select file check
                                                 radios checks pick segments levels (segments with danger bars)
    {% danger level %}                           four bars and the word, level 1 to 4
    {% face promised big=True now=… %}           the clock alone (`types.Promised`)
    {% time_left promised now=… %}               its words: 9 jam lagi, lewat 2 jam
    {% clock promised label=… law=… drop=… %}    the long clock: name, time left, bar, ends, legal basis
    {% queue_row row first=True week=False %}    one row of a queue (`types.QueueRow`)
    {% steps 6 names=… skipped=… %}              where a case is, 1 to 9; what was passed over
    {% drawer name=… holders=… icon=… open=True %} … {% enddrawer %}
    {% drawer name=… holders=… locked=True %} what one may know, whom to ask {% enddrawer %}
    {% day_mark at %} {% event at=… icon=… kind="key" by=… %} sentence {% endevent %}
                                                 timeline; kind "" · "key" (decisions) · "quiet" (readings)
    {% people holders %}                         who holds which compartments (`types.Holder`)
    {% limits never=… never_why=… may=… may_why=… %}
    {% alarm title=… text=… %} buttons {% endalarm %}
    {% undo text=… action=… seconds=60 %}        form that takes the last step back
    {% trace at purpose=… %}                     Anda membuka ini pukul 10.32 untuk triase, tercatat.
    {% empty title=… %} … {% endempty %}         nothing here, said kindly
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ruangaman.core import clock as wall
from ruangaman.core import regions
from ruangaman.ui import assets, controls, faces, inline, moments
from ruangaman.ui.icons import ICONS
from ruangaman.ui.types import Holder, Promised, QueueRow, Words
from ruangaman.ui.words import LEVELS, SHELF, STAGES

register = template.Library()

register.filter("wita", moments.clock_time)
for _name in ("day", "short", "when"):
    register.filter(f"wita_{_name}", getattr(moments, _name))
for _name in ("ago", "left", "last_day"):
    register.filter(_name, getattr(moments, _name))


def _drawing(name: str) -> SafeString:
    """Return the paths of one icon. They are ours, hence safe."""
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"there is no icon called {name!r}")
    return mark_safe(ICONS[name])  # noqa: S308 - constant markup of this package


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon in place; the words beside it carry the meaning."""
    return format_html(
        '<svg class="i" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', _drawing(name)
    )


@register.simple_tag
def use(name: str) -> SafeString:
    """Point to an icon of the page's sprite."""
    _drawing(name)
    return format_html('<svg aria-hidden="true"><use href="#{}"/></svg>', name)


@register.simple_tag
def sprite(names: str) -> SafeString:
    """Write the icons that a public page points to, once."""
    symbols = format_html_join(
        "", '<symbol id="{}" viewBox="0 0 24 24">{}</symbol>', ((name, _drawing(name)) for name in names.split())
    )
    return format_html('<svg class="sprite" aria-hidden="true">{}</svg>', symbols)


@register.simple_tag(takes_context=True)
def inline_style(context: Context, names: str) -> SafeString:
    """Write the page's style and let the security policy of this answer allow it."""
    found = inline.style(*names.split())
    inline.allow(context.get("request"), "style-src", found.csp_hash)
    return format_html("<style>{}</style>", mark_safe(found.css))  # noqa: S308 - our own files


@register.simple_tag(takes_context=True)
def inline_script(context: Context) -> SafeString:
    """Write the script of public pages and let the security policy of this answer allow it."""
    found = inline.script()
    inline.allow(context.get("request"), "script-src", found.csp_hash)
    return format_html("<script>{}</script>", mark_safe(found.js))  # noqa: S308 - our own file


@register.simple_tag
def asset(path: str) -> str:
    """Return the address of a static file, different whenever the file is."""
    return f"{static(path)}?v={assets.version(path)}"


# Of this installation: the unit that runs it, the city that it serves, and WIB, WITA or WIT.
register.simple_tag(lambda: regions.here().service, name="service_name")
register.simple_tag(lambda: regions.here().city, name="city")
register.simple_tag(lambda: regions.here().zone, name="zone_name")


@register.simple_tag
def exit_url() -> str:
    """Return the neutral site that an exit leads to."""
    return str(settings.RUANGAMAN_EXIT_URL)


@register.simple_tag
def to(path: str) -> str:
    """Return `path`, carrying the language when it is not the source language."""
    language = get_language()
    if language in (None, settings.LANGUAGE_CODE):
        return path
    return f"{path}{'&' if '?' in path else '?'}l={language}"


@register.simple_tag
def keep_language() -> SafeString:
    """Write the hidden field that carries the language through a form."""
    language = get_language()
    if language in (None, settings.LANGUAGE_CODE):
        return mark_safe("")
    return format_html('<input type="hidden" name="l" value="{}">', language)


@register.simple_tag
def numbers(*, title: Words = "", strip: bool = False, chat: bool = True, plain: bool = False) -> SafeString:
    """Write the emergency keys. `plain` makes the title a paragraph, for use inside a question."""
    return render_to_string(
        "ui/numbers.html",
        {
            "title": title or _("Bahaya sekarang? Telepon."),
            "strip": strip,
            "plain": plain,
            "keys": settings.RUANGAMAN_NUMBERS,
            "chat": settings.RUANGAMAN_WHATSAPP if chat else None,
        },
    )


@register.simple_tag
def lines() -> dict[str, Any]:
    """Return the numbers themselves: keys, talk (the last key: women and children), chat, office."""
    keys = settings.RUANGAMAN_NUMBERS
    return {
        "keys": keys,
        "talk": keys[-1],
        "chat": settings.RUANGAMAN_WHATSAPP,
        "office": regions.here().hotline,
    }


@register.simple_tag
def office_call(*, hint: Words = "") -> SafeString:
    """Write the office's own number as a way on."""
    return render_to_string("ui/office_call.html", {"line": regions.here().hotline, "hint": hint})


@register.simple_tag
def door() -> SafeString:
    """Draw the lit door: somebody is in."""
    return render_to_string("ui/door.html")


@register.simple_tag
def receipt(digits: str) -> SafeString:
    """Write a receipt as on an electricity token slip."""
    groups = [digits[place : place + 4] for place in range(0, len(digits), 4)]
    return render_to_string("ui/receipt.html", {"groups": groups})


@register.simple_block_tag
def question(
    content: SafeString,
    bound: BoundField,
    *,
    control: str = "text",
    must: bool = False,
    bare: bool = False,
    label: Words = "",
    hint: Words | None = None,
    icons: Mapping[str, str] | None = None,
    notes: Mapping[str, Words] | None = None,
) -> SafeString:
    """Ask one thing on a public page; the content follows the control."""
    drawn = controls.draw(bound, control=control, side="public", label=label, hint=hint, icons=icons, notes=notes)
    return render_to_string("ui/question.html", {"q": drawn, "must": must, "bare": bare, "content": content})


@register.simple_tag
def field(
    bound: BoundField,
    *,
    control: str = "text",
    label: Words = "",
    hint: Words | None = None,
    notes: Mapping[str, Words] | None = None,
) -> SafeString:
    """Ask one thing on a staff page."""
    drawn = controls.draw(bound, control=control, side="staff", label=label, hint=hint, icons=None, notes=notes)
    return render_to_string("ui/field.html", {"q": drawn})


@register.simple_tag
def errors(form: BaseForm, *, title: Words = "", text: Words = "", labels: bool = True) -> SafeString:
    """Name everything that needs another look, each a link to its field; with its label unless messages carry it."""
    if not form.errors:
        return mark_safe("")
    found = [
        (bound.auto_id, bound.label if labels else "", message)
        for bound in form.visible_fields()
        for message in bound.errors
    ]
    return render_to_string(
        "ui/errors.html",
        {
            "title": title or _("Sedikit lagi, belum tersimpan"),
            "text": text,
            "general": form.non_field_errors(),
            "found": found,
        },
    )


@register.simple_block_tag
def panel(content: SafeString, *, title: Words, id: str = "") -> SafeString:
    """Write a titled region of a page."""
    return render_to_string("ui/panel.html", {"title": title, "id": id, "content": content})


@register.simple_tag
def bars(level: int) -> SafeString:
    """Draw one to four bars."""
    return render_to_string("ui/bars.html", {"bars": [(place, place < level) for place in range(4)]})


@register.simple_tag
def danger(level: int) -> SafeString:
    """Say how dangerous it is: bars and a word."""
    key, word = LEVELS[int(level)]
    return render_to_string("ui/danger.html", {"level": int(level), "key": key, "word": word})


def _read(promised: Promised, now: datetime | None) -> faces.Reading:
    """Read a clock at `now`, or at this moment."""
    if promised.done_at is not None:
        return faces.read_done(start=promised.start, due=promised.due, done_at=promised.done_at)
    return faces.read_clock(start=promised.start, due=promised.due, now=now or wall.now(), state=promised.state)


@register.simple_tag
def face(promised: Promised, *, now: datetime | None = None, big: bool = False) -> SafeString:
    """Draw a clock. The sentence beside it carries the time."""
    return render_to_string("ui/face.html", {"reading": _read(promised, now), "big": big})


@register.simple_tag
def time_left(promised: Promised, *, now: datetime | None = None) -> str:
    """Say what a clock shows."""
    return _read(promised, now).words


@register.simple_tag
def clock(promised: Promised, *, label: Words, law: Words = "", now: datetime | None = None, drop: str = "",
          resume: str = "", decide: str = "") -> SafeString:  # fmt: skip
    """Write the long form of a clock, an item of a list `clocks`; `resume` needs `ui/resume.html` on the page."""
    parts = {"reading": _read(promised, now), "promised": promised, "label": label, "law": law, "drop": drop}
    return render_to_string("ui/clock.html", {**parts, "resume": resume, "decide": decide})


@register.simple_tag(takes_context=True)
def queue_row(
    context: Context, row: QueueRow, *, first: bool = False, now_band: bool = False, week: bool = False
) -> SafeString:
    """Write one row of a queue. Only the first row of a screen has the filled button."""
    parts = {"row": row, "first": first, "now_band": now_band, "week": week, "csrf_token": context.get("csrf_token")}
    return render_to_string("ui/row.html", parts)


@register.simple_tag
def steps(current: int, *, names: Sequence[Words] = STAGES, skipped: Collection[int] = ()) -> SafeString:
    """Show where something is on its way, counted from 1, and which places before were passed over."""
    stops = [(place, name) for place, name in enumerate(names, start=1)]
    parts = {"stops": stops, "current": current, "total": len(stops), "word": names[current - 1], "skipped": skipped}
    return render_to_string("ui/steps.html", parts)


@register.simple_block_tag
def drawer(
    content: SafeString,
    *,
    name: Words,
    holders: Words = "",
    icon: str = "folder",
    open: bool = False,
    locked: bool = False,
) -> SafeString:
    """Write one compartment of a file: open to look into, or locked with dignity."""
    parts = {"name": name, "holders": holders, "icon": icon, "open": open, "locked": locked}
    return render_to_string("ui/drawer.html", {**parts, "content": content.strip() and content})


@register.simple_tag
def day_mark(at: datetime) -> SafeString:
    """Begin a day in a timeline."""
    return format_html('<li class="tl-day">{}</li>', moments.day(at))


@register.simple_block_tag
def event(content: SafeString, *, at: datetime, icon: str, kind: str = "", by: Words = "") -> SafeString:
    """Write one thing that happened."""
    return render_to_string("ui/event.html", {"at": at, "icon": icon, "kind": kind, "by": by, "content": content})


@register.simple_tag
def people(holders: Iterable[Holder]) -> SafeString:
    """Show who can open what."""
    rows = [
        {
            "holder": holder,
            "squares": [(place, number in holder.holds) for place, (number, _letter, _word) in enumerate(SHELF)],
            "words": [word for number, _letter, word in SHELF if number in holder.holds],
        }
        for holder in holders
    ]
    return render_to_string("ui/people.html", {"rows": rows, "shelf": SHELF})


@register.simple_tag
def limits(
    *, never: Words = "", never_why: Words = "", may: Words = "", may_why: Words = "", unknown: bool = False
) -> SafeString:
    """Say what must not be done before anything can be done; `unknown`: what may be done has to be found out yet."""
    parts = {"never": never, "never_why": never_why, "may": may, "may_why": may_why, "unknown": unknown}
    return render_to_string("ui/limits.html", parts)


@register.simple_block_tag
def alarm(content: SafeString, *, title: Words, text: Words = "") -> SafeString:
    """Say that somebody may be hurt now. At most one on a page."""
    return render_to_string("ui/alarm.html", {"title": title, "text": text, "content": content})


@register.simple_tag(takes_context=True)
def undo(context: Context, *, text: Words, action: str, label: Words = "", seconds: int = 60) -> SafeString:
    """Offer to take the last step back."""
    parts: dict[str, Any] = {"text": text, "action": action, "label": label or _("Batalkan"), "seconds": seconds}
    return render_to_string("ui/undo.html", {**parts, "csrf_token": context.get("csrf_token")})


@register.simple_tag
def trace(at: datetime, *, purpose: Words = "") -> SafeString:
    """Say that this opening was recorded."""
    return render_to_string("ui/trace.html", {"at": at, "purpose": purpose})


@register.simple_block_tag
def empty(content: SafeString, *, title: Words, level: int = 2) -> SafeString:
    """Say kindly that there is nothing here, and what one can do."""
    return render_to_string("ui/empty.html", {"title": title, "level": level, "content": content})
