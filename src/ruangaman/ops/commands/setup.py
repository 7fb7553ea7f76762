"""`./ruang setup`: makes a new city, in one sitting at a terminal (docs/how-to/install-for-a-city.md)."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ruangaman.config import place
from ruangaman.config.env import Database
from ruangaman.ops import canary, production
from ruangaman.ops.setup import emptied, ground, placing
from ruangaman.ops.setup.ground import Unfit
from ruangaman.ops.terminal import Gone, Terminal
from ruangaman.ops.words import LANGUAGES, speak
from ruangaman.ops.words import translate as _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--language", choices=LANGUAGES, default="id", help="of the conversation (%(default)s)")
    parser.add_argument(
        "--for-restore",
        action="store_true",
        help="make only roles, an empty database and folders, for ./ruang restore; asks nothing",
    )
    parser.add_argument(
        "--place",
        action="store_true",
        help="say again which city this is, its time, districts and telephone; changes nothing else",
    )


def run(options: argparse.Namespace) -> int:
    """Say what will be made, ask, hold the ceremony, write everything at once; interrupted before, no city is there."""
    speak(options.language)
    has_begun = False
    try:
        if options.for_restore:
            emptied.prepare(print)
            return 0
        terminal = Terminal()
        if options.place:
            _change_place(terminal)
            return 0
        addresses = _agree(terminal)
        has_begun = True
        _prepare(terminal, addresses)
        with production.django_as("migrate"):
            _found(terminal, options.language)
    except (Unfit, Gone) as error:
        print(error, file=sys.stderr)
        if has_begun and isinstance(error, Gone):
            print(_how_to_go_on(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        said = _how_to_go_on() if has_begun else _("Belum ada yang diubah.")
        print("\n" + _("Berhenti. Belum ada kota yang dibuat; mulai lagi kapan saja.") + "\n" + said, file=sys.stderr)
        return 130
    return 0


def _change_place(terminal: Terminal) -> None:
    """Ask for the city of an installation that is there. Raises Unfit, Gone."""
    data = Path(os.environ.get("RUANGAMAN_DATA", ""))
    if not os.environ.get("RUANGAMAN_DATA") or not data.is_dir():
        raise Unfit(_("RUANGAMAN_DATA harus menyebut folder instalasi ini."))
    ground.require_writable(data)
    path = placing.change(terminal, data)
    terminal.say(
        _("Ditulis ke %(path)s. Mulai ulang serve dan worker, lalu buat lagi halaman saat server beristirahat."),
        path=path,
    )


def _how_to_go_on() -> str:
    return _(
        "Peran, folder, berkas rahasia, dan tabel yang sudah dibuat tetap ada. Lanjutkan dengan ./ruang setup:"
        " yang ada dipakai lagi, dan jawaban tadi (tanpa kata sandi) ditawarkan lagi."
    )


def _agree(terminal: Terminal) -> dict[str, Database]:
    """Say what will be done before anything is, and ask to go on. Raises Unfit, Gone."""
    addresses = ground.read_addresses()
    state = ground.read_state(addresses["migrate"])
    if state is not None and state[1]:
        _look_again(terminal, addresses)
    terminal.say(_("Menyiapkan Ruang Aman untuk satu kota. Perlu sekitar satu jam, dan orang-orang ini di tempat:"))
    terminal.say(
        _("dua petugas kunci, paling sedikit satu petugas meja, lima penjaga kunci pemulihan. Siapkan kertas dan pena.")
    )
    terminal.say("\n" + _("Sebelum pertanyaan pertama, perintah ini membuat yang belum ada:"))
    terminal.say("  " + _("folder data %(folder)s dan folder berkas rahasia;"), folder=os.environ["RUANGAMAN_DATA"])
    name = addresses["migrate"].name
    if os.environ.get(ground.ADMIN):
        terminal.say("  " + _("basis data %(name)s, perannya, dan lima login (kata sandi dari alamatnya):"), name=name)
        for line in ground.explain_logins():
            terminal.say("  " + line)
    else:
        terminal.say(
            "  " + _("di server basis data tidak ada: peran dan basis data %(name)s hanya diperiksa;"), name=name
        )
    for path in ground.missing_secrets():
        terminal.say("  " + _("berkas rahasia %(path)s;"), path=path)
    terminal.say("  " + _("tabel di basis data %(name)s, tanpa isi."), name=name)
    terminal.say(_("Orang dan kuncinya baru ditulis di akhir, sekaligus. Ctrl-C menghentikan kapan saja."))
    if not terminal.agrees(_("Lanjut?"), default=True):
        raise Gone(_("Berhenti. Belum ada yang diubah."))
    return addresses


def _look_again(terminal: Terminal, addresses: dict[str, Database]) -> None:
    """Where a city is: mend roles and secrets if that is wanted, and say how people come now. Always raises Unfit."""
    mends = bool(os.environ.get(ground.ADMIN)) or bool(ground.missing_secrets())
    if mends and terminal.agrees(
        _("Kota ini sudah ada. Betulkan peran basis data dan buat berkas rahasia yang hilang?"), default=False
    ):
        ground.make_folders()
        ground.prepare_server(addresses)
        for path in ground.make_secrets(addresses["migrate"]):
            terminal.say(_("Berkas rahasia baru: %(path)s (hanya terbaca oleh pengguna ini)."), path=path)
    with production.django_as("migrate"):
        from ruangaman.ops.setup import founding  # models are importable only now

        founding.require_nobody()


def _prepare(terminal: Terminal, addresses: dict[str, Database]) -> None:
    ground.make_folders()
    for path in (*ground.missing_secrets(), canary.path()):
        if not path.exists():
            ground.require_writable(path.absolute().parent)
    ground.prepare_server(addresses)
    made = ground.make_secrets(addresses["migrate"])
    for path in made:
        terminal.say(_("Berkas rahasia baru: %(path)s (hanya terbaca oleh pengguna ini)."), path=path)
    if Path(os.environ["RUANGAMAN_PEPPER_FILE"]) in made:
        terminal.say(
            _("Tanpa berkas pepper tidak ada kata sandi dan tanda terima yang membuka apa pun, juga dari cadangan.")
        )
        terminal.say(
            _("Simpan satu salinannya di luar mesin ini dan jauh dari cadangan basis data: amplop tersegel di brankas.")
        )
        terminal.wait(_("Mengerti? Enter."))


def _found(terminal: Terminal, language: str) -> None:
    from django.core.management import call_command
    from django.utils import translation

    from ruangaman.audit.types import Role  # models are importable only now
    from ruangaman.core import clock
    from ruangaman.ops.setup import ceremony, founding
    from ruangaman.ops.setup.interview import Interview
    from ruangaman.vault import recovery
    from ruangaman.vault.services import check_pepper

    translation.activate(language)
    terminal.say(_("Menyiapkan tabel …"))
    call_command("migrate", verbosity=0)
    check_pepper(Role.MIGRATE)
    founding.require_nobody()
    data = Path(os.environ["RUANGAMAN_DATA"])
    interview = Interview(terminal, data / "setup-answers.json")
    plan = interview.run()
    terminal.say("\n" + _("4 dari 4: kunci pemulihan dibagi lima. Sampai selesai, belum ada yang tersimpan."))
    terminal.say(_("Bila berhenti di tengah, hancurkan kertas bagian yang sudah ditulis: bagian itu tidak berlaku."))
    made, at = recovery.make_recovery(), clock.now()
    ceremony.hold(terminal, made, plan.custodians)
    place.write(plan.where, place.locate(data))
    founding.found(plan, made, at=at)
    canary.ensure()
    interview.forget()
    record = ceremony.keep_record(made.public, plan.custodians, at=at)
    _say_farewell(terminal, record)


def _say_farewell(terminal: Terminal, record: Path) -> None:
    terminal.say("\n" + _("Kota ini siap. Jalankan ./ruang serve dan ./ruang worker sebagai layanan."))
    terminal.say(
        _("Simpan salinan %(path)s di samping salinan pepper: dengannya cadangan yang dipulihkan dibuktikan."),
        path=canary.path(),
    )
    terminal.say(_("Catatan tanpa kata kunci, untuk dicetak dan ditandatangani kelima penjaga: %(path)s"), path=record)
    terminal.say(_("Saat masuk pertama, setiap orang memasang langkah kedua di ponselnya."))
    terminal.say(_("Orang berikutnya masuk dengan undangan: di layar, Orang, lalu Undang seseorang."))
