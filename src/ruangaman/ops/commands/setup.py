"""`./ruang setup`: makes a new city, in one sitting at a terminal (docs/how-to/install-for-a-city.md)."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ruangaman.ops import production
from ruangaman.ops.setup import ground
from ruangaman.ops.setup.ground import Unfit
from ruangaman.ops.terminal import Gone, Terminal
from ruangaman.ops.words import LANGUAGES, speak
from ruangaman.ops.words import translate as _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--language", choices=LANGUAGES, default="id", help="of the conversation (%(default)s)")


def run(options: argparse.Namespace) -> int:
    """Prepare the ground, ask, hold the ceremony, write everything at once; interrupted before, nothing is there."""
    speak(options.language)
    try:
        terminal = Terminal()
        _prepare(terminal)
        with production.django_as("migrate"):
            _found(terminal, options.language)
    except (Unfit, Gone) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n" + _("Berhenti. Belum ada kota yang dibuat; mulai lagi kapan saja."), file=sys.stderr)
        return 130
    return 0


def _prepare(terminal: Terminal) -> None:
    terminal.say(_("Menyiapkan Ruang Aman untuk satu kota. Perlu sekitar satu jam, dan orang-orang ini di tempat:"))
    terminal.say(
        _("dua petugas kunci, paling sedikit satu petugas meja, lima penjaga kunci pemulihan. Siapkan kertas dan pena.")
    )
    addresses = ground.read_addresses()
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
    from ruangaman.ops import canary
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
    founding.found(plan, made, at=at)
    canary.ensure()
    interview.forget()
    record = ceremony.keep_record(made.public, plan.custodians, at=at)
    terminal.say("\n" + _("Kota ini siap. Jalankan ./ruang serve dan ./ruang worker sebagai layanan."))
    terminal.say(
        _("Simpan salinan %(path)s di samping salinan pepper: dengannya cadangan yang dipulihkan dibuktikan."),
        path=canary.path(),
    )
    terminal.say(_("Catatan tanpa kata kunci, untuk dicetak dan ditandatangani kelima penjaga: %(path)s"), path=record)
    terminal.say(_("Saat masuk pertama, setiap orang memasang langkah kedua di ponselnya."))
