"""Which place an installation serves: one small file beside its data, read when a process starts (ADR 21).

`./ruang setup` writes it, `./ruang setup --place` changes it, and whoever keeps the machine may edit it by hand.
Without the file it is Balikpapan, the example that comes with the program; `./ruang doctor` says so where a city runs.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from ruangaman.config.env import EnvError
from ruangaman.core.regions import KECAMATAN_CODE, KELURAHAN_CODE, ZONES, Line, Place

FILE = "place.toml"
_TEXTS = ("city", "service", "zone", "hotline")
_LONGEST = 80
_DIGITS = range(3, 16)
_HEAD = """# Which place this installation serves. `./ruang setup --place` writes it.
# serve and worker read it when they start.
"""

BALIKPAPAN = Place(
    city="Balikpapan",
    service="UPTD PPA Balikpapan",
    zone="WITA",
    hotline=Line("0821-5285-8026"),
    is_told=False,
    regions={
        "64.71.01": "Balikpapan Timur",
        "64.71.01.1001": "Manggar",
        "64.71.01.1002": "Lamaru",
        "64.71.01.1003": "Teritip",
        "64.71.01.1004": "Manggar Baru",
        "64.71.02": "Balikpapan Barat",
        "64.71.02.1001": "Baru Ilir",
        "64.71.02.1002": "Baru Tengah",
        "64.71.02.1003": "Baru Ulu",
        "64.71.02.1004": "Kariangau",
        "64.71.02.1005": "Margo Mulyo",
        "64.71.02.1006": "Marga Sari",
        "64.71.03": "Balikpapan Utara",
        "64.71.03.1001": "Batu Ampar",
        "64.71.03.1002": "Gunung Samarinda",
        "64.71.03.1003": "Karang Joang",
        "64.71.03.1004": "Muara Rapak",
        "64.71.03.1005": "Gunung Samarinda Baru",
        "64.71.03.1006": "Graha Indah",
        "64.71.04": "Balikpapan Tengah",
        "64.71.04.1001": "Gunung Sari Ulu",
        "64.71.04.1002": "Gunung Sari Ilir",
        "64.71.04.1003": "Karang Rejo",
        "64.71.04.1004": "Karang Jati",
        "64.71.04.1005": "Mekar Sari",
        "64.71.04.1006": "Sumber Rejo",
        "64.71.05": "Balikpapan Selatan",
        "64.71.05.1002": "Sepinggan",
        "64.71.05.1006": "Gunung Bahagia",
        "64.71.05.1008": "Sepinggan Baru",
        "64.71.05.1009": "Sepinggan Raya",
        "64.71.05.1010": "Sungainangka",
        "64.71.05.1011": "Damai Baru",
        "64.71.05.1012": "Damai Bahagia",
        "64.71.06": "Balikpapan Kota",
        "64.71.06.1001": "Prapatan",
        "64.71.06.1002": "Telaga Sari",
        "64.71.06.1003": "Klandasan Ulu",
        "64.71.06.1004": "Klandasan Ilir",
        "64.71.06.1005": "Damai",
    },
)
"""The example. Codes: Kepmendagri 300.2.2-2430/2025; gaps in 64.71.05 are real."""


def locate(data: Path) -> Path:
    """Return where the file of an installation is, or will be."""
    return data / FILE


def read(path: Path) -> Place:
    """Return the place that a file tells, or the example where there is none.

    Raises:
        EnvError: the file is there and cannot be used; it says why.
    """
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return BALIKPAPAN
    except OSError as error:
        raise EnvError(f"{path} cannot be read ({error.strerror}): let it belong to the user who runs this.") from None
    except ValueError as error:  # not TOML, or not UTF-8
        raise EnvError(f"{path} is not as it should be ({error}): ./ruang setup --place writes it anew.") from None
    try:
        return parse(told)
    except ValueError as error:
        raise EnvError(f"{path}: {error}: mend it, or let ./ruang setup --place write it anew.") from None


def parse(told: Mapping[str, object]) -> Place:
    """Return the place that was told. Raises ValueError: something is missing or odd."""
    texts = {name: told.get(name) for name in _TEXTS}
    found = {name: value for name, value in texts.items() if isinstance(value, str) and _is_line(value)}
    if len(found) < len(texts):
        raise ValueError(f"{', '.join(sorted(texts.keys() - found.keys()))} must be told, in one line")
    if found["zone"] not in ZONES:
        raise ValueError(f"zone must be one of {', '.join(ZONES)}")
    if not is_number(found["hotline"]):
        raise ValueError("hotline must be a telephone number")
    regions = told.get("regions")
    if not isinstance(regions, dict) or not all(isinstance(name, str) and _is_line(name) for name in regions.values()):
        raise ValueError("[regions] must name each kecamatan and kelurahan by its code")
    fault = region_fault(regions)
    if fault:
        raise ValueError(fault)
    return Place(found["city"], found["service"], found["zone"], Line(found["hotline"]), dict(sorted(regions.items())))


def region_fault(regions: Mapping[str, str]) -> str:
    """Tell what is wrong with the codes of a list; nothing: an empty text."""
    odd = [code for code in regions if not (KECAMATAN_CODE.fullmatch(code) or KELURAHAN_CODE.fullmatch(code))]
    if odd:
        return f"{odd[0]} is no code of a kecamatan (12.34.56) or kelurahan (12.34.56.1001)"
    if not any(KECAMATAN_CODE.fullmatch(code) for code in regions):
        return "there must be one kecamatan at least"
    homeless = [code for code in regions if KELURAHAN_CODE.fullmatch(code) and code[:8] not in regions]
    return f"{homeless[0]} is in no kecamatan of the list" if homeless else ""


def is_number(text: str) -> bool:
    """Whether a text can be a telephone number: digits, and what people put between them."""
    digits = sum(letter.isdigit() for letter in text)
    return digits in _DIGITS and text.isascii() and all(letter.isdigit() or letter in "+-() " for letter in text)


def write(place: Place, path: Path) -> None:
    """Write it: whole, or not at all. It is no secret; only its owner may change it."""
    texts = {"city": place.city, "service": place.service, "zone": place.zone, "hotline": place.hotline.number}
    lines = [f"{name} = {_quoted(text)}" for name, text in texts.items()]
    lines += ["", "[regions]", *(f"{_quoted(code)} = {_quoted(name)}" for code, name in sorted(place.regions.items()))]
    unfinished = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "w", encoding="utf-8") as file:
        file.write(_HEAD + "\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _is_line(text: str) -> bool:
    return 0 < len(text.strip()) <= _LONGEST and text.isprintable()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
