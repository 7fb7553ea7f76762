"""Every component draws, escapes what it is given, and refuses an argument it does not know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import TemplateSyntaxError, engines
from django.test import RequestFactory
from django.utils import translation

from ruangaman.core import clock
from ruangaman.ui.icons import ICONS
from ruangaman.ui.moments import short, short_day
from ruangaman.ui.types import Holder, Promised, QueueRow

NOW = datetime(2026, 11, 24, 2, 32, tzinfo=UTC)
SHARP = "<b onclick=x>&\"'"
SHARP_OUT = "&lt;b onclick=x&gt;&amp;&quot;&#x27;"


class Sample(forms.Form):
    """One field of each kind."""

    note = forms.CharField(label="Catatan", help_text="Singkat saja.", widget=forms.Textarea, max_length=3)
    risk = forms.ChoiceField(label="Bahaya", choices=[("", "-"), (1, "Rendah"), (2, "Sedang"), (3, "Tinggi")])
    kinds = forms.MultipleChoiceField(label="Bentuk", choices=[("a", "Fisik"), ("b", "Psikis")], required=False)
    sure = forms.BooleanField(label="Sudah bicara", required=False)
    where = forms.ChoiceField(label="Kelurahan", choices=[("", "Lewati"), ("1", "Damai")], required=False)
    files = forms.FileField(label="Berkas", required=False)


def draw(source: str, **context: object) -> str:
    """Render a snippet with the request that every page has."""
    return engines["django"].from_string(source).render(context, RequestFactory().get("/i/"))


def row(**changed: object) -> QueueRow:
    """A row of a queue."""
    promised = Promised(NOW - timedelta(hours=63), NOW + timedelta(hours=9))
    parts = {
        "url": "/laporan/L-9D2XW4RA/",
        "sentence": SHARP,
        "code": "L-9D2XW4RA",
        "promised": promised,
        "danger": 4,
        "facts": (SHARP,),
        "place": SHARP,
        "owner": SHARP,
        "action": SHARP,
    }
    return QueueRow(**{**parts, **changed})


COMPONENTS = {
    "icon": ('{% icon "locked" %}', "<svg", False),
    "use": ('{% use "pen" %}', 'href="#pen"', False),
    "sprite": ('{% sprite "exit mark" %}', '<symbol id="mark"', False),
    "asset": ('{% asset "ui/staff.css" %}', "/static/ui/staff.css?v=", False),
    "numbers": ("{% numbers title=sharp %}", 'href="tel:112"', True),
    "numbers in a question": ("{% numbers title=sharp plain=True chat=False strip=True %}", '<p class="h">', True),
    "office_call": ("{% office_call hint=sharp %}", 'href="tel:+62', True),
    "lines": ("{% lines as line %}{{ line.talk.number }}", "129", False),
    "door": ("{% door %}", 'class="door"', False),
    "receipt": ('{% receipt "48210936775412086395" %}', "<span>4821</span> <span>0936</span>", False),
    "panel": ('{% panel title=sharp id="h" %}isi{% endpanel %}', "isi</section>", True),
    "danger": ("{% danger 3 %}", 'class="danger danger-tinggi"', False),
    "bars": ("{% bars 2 %}", 'class="off"', False),
    "face": ("{% face promised now=now big=True %}", "<b>9</b><small>jam</small>", False),
    "time_left": ("{% time_left promised now=now %}", "9 jam lagi", False),
    "clock": ("{% clock promised label=sharp law=sharp now=now %}", 'class="bar bar-soon"', True),
    "queue_row": ("{% queue_row row first=True now_band=True %}", "btn-go", True),
    "queue_row today": ("{% queue_row row %}", "row-go", True),
    "queue_row week": ("{% queue_row row week=True %}", 'class="kind"', True),
    "steps": ("{% steps 6 %}", 'aria-current="step">Pelaksanaan', False),
    "drawer": ("{% drawer name=sharp holders=sharp open=True %}isi{% enddrawer %}", "<details", True),
    "drawer locked": (
        "{% drawer name=sharp holders=sharp locked=True %}isi{% enddrawer %}",
        'class="dignity">isi',
        True,
    ),
    "day_mark": ("{% day_mark now %}", "Selasa, 24 November 2026", False),
    "event": ('{% event at=now icon="flag" kind="key" by=sharp %}isi{% endevent %}', "10.32</time>", True),
    "people": ("{% people holders %}", "Memegang identitas, cerita.", True),
    "limits": ("{% limits never=sharp never_why=sharp may=sharp may_why=sharp %}", 'class="yes"', True),
    "alarm": ("{% alarm title=sharp text=sharp %}<a>110</a>{% endalarm %}", 'class="acts"><a>110</a>', True),
    "undo": ('{% undo text=sharp action="/x/" %}', 'action="/x/"', True),
    "trace": ("{% trace now purpose=sharp %}", "Anda membuka ini pukul 10.32 untuk", True),
    "trace without purpose": ("{% trace now %}", "Anda membuka ini pukul 10.32, tercatat.", False),
    "empty": ("{% empty title=sharp level=1 %}isi{% endempty %}", "<h1>", True),
    "service_name": ("{% service_name %}", "UPTD", False),
    "city": ("{% city %}", "Balikpapan", False),
    "exit_url": ("{% exit_url %}", "http", False),
}


@pytest.mark.parametrize("name", COMPONENTS)
def test_it_draws_and_escapes(name):
    source, expected, takes_words = COMPONENTS[name]

    html = draw(
        source,
        sharp=SHARP,
        now=NOW,
        row=row(),
        promised=Promised(NOW - timedelta(hours=63), NOW + timedelta(hours=9)),
        holders=[Holder(SHARP, frozenset({1, 3}), SHARP), Holder("RSUD", once=True)],
    )

    assert expected in html
    assert "<b onclick" not in html
    assert (SHARP_OUT in html) is takes_words


@pytest.mark.parametrize(
    "source",
    [
        '{% icon "pen" size=3 %}',
        '{% panel title="x" colour="red" %}{% endpanel %}',
        "{% danger 3 big=True %}",
        '{% drawer name="x" colour="red" %}{% enddrawer %}',
        "{% field form.note kontrol='text' %}",
        "{% numbers judul='x' %}",
        "{% queue_row row kedua=True %}",
        "{% question form.note wajib=True %}{% endquestion %}",
    ],
)
def test_an_unknown_argument_is_an_error(source):
    with pytest.raises(TemplateSyntaxError):
        draw(source, form=Sample(), row=row())


@pytest.mark.parametrize("source", ['{% icon "nope" %}', '{% use "nope" %}', '{% sprite "exit nope" %}'])
def test_an_unknown_icon_is_an_error(source):
    with pytest.raises(TemplateSyntaxError, match="nope"):
        draw(source)


def test_no_drawing_carries_script_or_style():
    assert not [
        name for name, drawing in ICONS.items() if "script" in drawing or "style" in drawing or " on" in drawing
    ]


@pytest.mark.parametrize(
    ("control", "name", "expected"),
    [
        ("textarea", "note", "<textarea"),
        ("select", "where", "<select"),
        ("file", "files", 'type="file"'),
        ("check", "sure", 'type="checkbox"'),
        ("radios", "risk", 'type="radio"'),
        ("checks", "kinds", 'type="checkbox"'),
        ("pick", "kinds", 'class="pick many"'),
        ("segments", "risk", 'class="seg"'),
        ("levels", "risk", 'viewBox="0 0 19 14"'),
    ],
)
def test_a_staff_field_is_drawn_with_its_label(control, name, expected):
    form = Sample()

    html = draw(f"{{% field field control='{control}' %}}", field=form[name])

    assert expected in html
    assert str(form[name].label) in html


@pytest.mark.parametrize(
    ("control", "name", "expected"),
    [
        ("textarea", "note", 'class="lab" for="id_note"'),
        ("three", "risk", 'class="opts three"'),
        ("duo", "risk", 'class="opts duo"'),
        ("choices", "kinds", 'class="opts"'),
        ("chips", "kinds", 'href="#band"'),
    ],
)
def test_a_public_question_is_drawn_with_what_follows_it(control, name, expected):
    html = draw(
        f"{{% question field control='{control}' icons=icons notes=notes %}}<i>lalu</i>{{% endquestion %}}",
        field=Sample()[name],
        icons={"a": "band"},
        notes={"2": "Paling sering"},
    )

    assert expected in html
    assert "<i>lalu</i>" in html


def test_a_field_knows_only_the_controls_of_its_side():
    with pytest.raises(ValueError, match="chips"):
        draw("{% field field control='chips' %}", field=Sample()["kinds"])


def test_what_was_chosen_stays_chosen_and_the_empty_choice_is_no_option():
    html = draw("{% field field control='segments' %}", field=Sample({"risk": "2"})["risk"])

    assert 'value="2" id="id_risk_1" checked' in html
    assert html.count("checked") == 1
    assert 'value=""' not in html


def test_an_error_is_tied_to_its_field_and_named_in_the_summary():
    form = Sample({"note": SHARP, "risk": "9"})

    field = draw("{% field form.note control='textarea' %}", form=form)
    summary = draw("{% errors form title=title %}", form=form, title=SHARP)

    assert 'aria-describedby="id_note_hint id_note_oops"' in field
    assert 'aria-invalid="true"' in field
    assert SHARP_OUT in field
    assert 'href="#id_note">Catatan: ' in summary
    assert 'href="#id_risk">Bahaya: ' in summary
    assert SHARP_OUT in summary


def test_without_errors_there_is_no_summary():
    assert draw("{% errors form %}", form=Sample({"note": "ya", "risk": "1"})) == ""


def test_times_are_told_on_the_offices_clock(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    html = draw("{{ at|wita }} | {{ at|wita_day }} | {{ at|wita_short }} | {{ none|wita }}", at=NOW, none=None)

    assert html == "10.32 | Selasa, 24 November 2026 | 24 Nov 10.32 | "


def test_another_year_is_told_and_a_day_is_one_of_the_city(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    late = datetime(2025, 11, 30, 16, 22, tzinfo=UTC)  # half an hour past midnight in Balikpapan

    assert (short(late), short_day(late), short_day(late.date())) == ("1 Des 2025 00.22", "1 Des 2025", "30 Nov 2025")


def test_times_in_english_use_a_colon():
    with translation.override("en"):
        assert draw("{{ at|wita }} | {{ at|wita_day }}", at=NOW) == "10:32 | Tuesday, 24 November 2026"


def test_an_address_carries_the_chosen_language():
    assert draw('{% to "/i/" %}{% keep_language %}') == "/i/"
    with translation.override("en"):
        assert draw('{% to "/i/?untuk=anak" %}') == "/i/?untuk=anak&amp;l=en"
        assert 'name="l" value="en"' in draw("{% keep_language %}")


def test_the_style_is_allowed_for_this_answer_only():
    request = RequestFactory().get("/")

    html = engines["django"].from_string('{% inline_style "sos" %}').render({}, request)

    assert html.startswith("<style>:root{")
    ((directive, _),) = request.csp_hashes
    assert directive == "style-src"
