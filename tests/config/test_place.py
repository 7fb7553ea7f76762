"""The file that tells which city this is: what is written is read, and what cannot be used stops the start by name."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from dataclasses import replace

import pytest

from ruangaman.config import env, place
from ruangaman.core.regions import Line
from tests.factories.places import CONTOH


def test_what_is_written_is_read(tmp_path):
    path = place.locate(tmp_path)
    odd = replace(CONTOH, city='Kota "Contoh"', regions={**CONTOH.regions, "99.01.04": "Contoh\\Barat #2"})

    place.write(odd, path)

    assert place.read(path) == odd
    assert [each.name for each in tmp_path.iterdir()] == [place.FILE]


def test_without_the_file_it_is_the_example_and_says_so(tmp_path):
    assert place.read(place.locate(tmp_path)) is place.BALIKPAPAN
    assert not place.BALIKPAPAN.is_told
    assert place.parse(_told()).is_told


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"zone": "GMT"}, "zone must be one of WIB, WITA, WIT"),
        ({"city": ""}, "city must be told"),
        ({"city": 7}, "city must be told"),
        ({"service": "UPTD\nPPA"}, "service must be told, in one line"),
        ({"hotline": "belum ada"}, "hotline must be a telephone number"),
        ({"hotline": "1"}, "hotline must be a telephone number"),
        ({"regions": {}}, "there must be one kecamatan"),
        ({"regions": {"99.01": "Contoh"}}, "99.01 is no code of a kecamatan"),
        ({"regions": {"99.01.01": "Contoh", "99.02.01.1001": "Melati"}}, "99.02.01.1001 is in no kecamatan"),
        ({"regions": {"99.01.01": 5}}, "must name each kecamatan"),
        ({"regions": "Contoh"}, "must name each kecamatan"),
    ],
)
def test_what_is_odd_is_said(changes, said):
    assert place.parse(_told()) == CONTOH
    with pytest.raises(ValueError, match=said):
        place.parse({**_told(), **changes})


def test_a_file_that_cannot_be_used_stops_the_start_and_is_named(tmp_path):
    path = place.locate(tmp_path)
    for text in (b"city = ", b"\xff", b'city = "Contoh"\n'):
        path.write_bytes(text)
        with pytest.raises(env.EnvError, match=r"place\.toml.*setup --place"):
            place.read(path)


@pytest.mark.parametrize(
    ("number", "link"),
    [("0821-5550-1234", "+6282155501234"), ("(021) 555 01", "+622155501"), ("+62 21 555", "+6221555"), ("112", "112")],
)
def test_a_number_as_people_read_it_becomes_a_link(number, link):
    assert place.is_number(number)
    assert Line(number).tel == link


def test_a_process_starts_with_the_time_of_its_city(tmp_path):
    """In a process of its own, from the file, as every service begins."""
    for name in ("pepper", "secret"):
        (tmp_path / name).write_bytes(b"p" * 32)
    place.write(CONTOH, place.locate(tmp_path))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RUANGAMAN_", "DATABASE_URL"))}
    told = {
        **kept,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "DJANGO_SETTINGS_MODULE": "ruangaman.config.settings",
        "DATABASE_URL": "postgresql://web@db.example/city",
        "RUANGAMAN_DATA": str(tmp_path),
        "RUANGAMAN_PEPPER_FILE": str(tmp_path / "pepper"),
        "RUANGAMAN_SECRET_KEY_FILE": str(tmp_path / "secret"),
    }
    code = (
        "import django; django.setup(); from django.conf import settings; from ruangaman.core import regions;"
        "print(settings.TIME_ZONE, regions.zone(), len(regions.KECAMATAN), regions.here().hotline.tel)"
    )

    done = subprocess.run([sys.executable, "-P", "-c", code], env=told, capture_output=True, text=True, check=False)

    assert done.stdout.split() == ["Asia/Jakarta", "Asia/Jakarta", "3", "+622155501234"], done.stderr


def _told() -> dict[str, object]:
    return {
        "city": CONTOH.city,
        "service": CONTOH.service,
        "zone": CONTOH.zone,
        "hotline": CONTOH.hotline.number,
        "regions": dict(CONTOH.regions),
    }


def test_the_example_would_be_taken_if_somebody_told_it(tmp_path):
    path = place.locate(tmp_path)
    place.write(place.BALIKPAPAN, path)

    assert replace(place.read(path), is_told=False) == place.BALIKPAPAN
    assert tomllib.loads(path.read_text("utf-8"))["zone"] == "WITA"
