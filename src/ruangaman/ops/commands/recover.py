"""`./ruang recover`: new keys for people who lost every door, from three recovery shares, at the server's terminal."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from ruangaman.ops import production
from ruangaman.ops.setup import ground
from ruangaman.ops.setup.ground import Unfit
from ruangaman.ops.terminal import Gone, Terminal
from ruangaman.ops.words import LANGUAGES, speak
from ruangaman.ops.words import translate as _

if TYPE_CHECKING:
    from uuid import UUID

    from ruangaman.accounts.models import User
    from ruangaman.ops.recovering.talk import Assembled

_LATEST = 2.0
"""Seconds that a request may take between reading the directory and its commit, beyond the time it is kept."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--user", action="append", metavar="NAME", help="who gets new keys; may be given several times")
    what.add_argument("--resplit", action="store_true", help="a new recovery key in five new shares; the old ones die")
    parser.add_argument("--language", choices=LANGUAGES, default="id", help="of the conversation (%(default)s)")


def run(options: argparse.Namespace) -> int:
    """Ask for shares and officers, then do everything at once. Interrupted before that: nothing has changed."""
    speak(options.language)
    try:
        terminal = Terminal()
        with production.django_as("migrate"):
            _begin(options.language)
            if options.resplit:
                _resplit(terminal)
            else:
                _bring_back(terminal, options.user)
    except (Unfit, Gone) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n" + _("Berhenti. Tidak ada yang berubah."), file=sys.stderr)
        return 130
    return 0


def _begin(language: str) -> None:
    from django.utils import translation

    from ruangaman.audit.types import Role  # models are importable only now
    from ruangaman.config.startup import check_database

    translation.activate(language)
    check_database(Role.MIGRATE)


def _bring_back(terminal: Terminal, names: list[str]) -> None:
    from ruangaman.core import clock
    from ruangaman.ops.recovering import acts, talk

    users = talk.find_users(names)
    terminal.say(_("Tiga penjaga memasukkan bagiannya, dua petugas kunci mengesahkan, lalu kunci baru dibuat untuk:"))
    for user in users:
        terminal.say(f"  {user.username}: {user.display_name}, {user.get_role_display()}, {user.unit}")
    if not terminal.agrees(_("Sudah dipastikan bahwa benar mereka yang meminta?"), default=False):
        raise Gone(_("Berhenti. Tidak ada yang berubah."))
    assembled = talk.ask_shares(terminal)
    signers = talk.ask_signers(terminal, users)
    returning = [talk.ask_return(terminal, user) for user in users]
    terminal.say("\n" + _("Membungkus ulang kunci berkas …"))
    done, groups = acts.bring_back(returning=returning, signers=signers, assembled=assembled, at=clock.now())
    terminal.say(_("%(count)d berkas terbuka kembali bagi mereka, dan tidak ada yang lain."), count=done.dossiers)
    if done.left:
        terminal.say(_("%(count)d izin ditinggalkan: tidak sah, atau tidak terbuka di sini."), count=done.left)
    if groups:
        _sweep(terminal, groups, signers[0], assembled)
    terminal.say(_("Mereka dapat masuk sekarang. Kata sandi sementara diganti di Pengaturan setelah masuk."))
    terminal.say(_("Tiga bagian sudah diketik di satu layar: bagi ulang segera dengan ./ruang recover --resplit"))


def _resplit(terminal: Terminal) -> None:
    from django.conf import settings

    from ruangaman.core import clock
    from ruangaman.ops.recovering import acts, talk
    from ruangaman.ops.setup import ceremony
    from ruangaman.ops.setup.interview import ask_custodians
    from ruangaman.vault import recovery

    ground.require_writable(settings.ENV.data)  # the record of the custodians goes there at the end
    terminal.say(_("Kunci pemulihan baru, dibagi lima. Perlu tiga bagian lama, dua petugas kunci, dan kelima penjaga."))
    assembled = talk.ask_shares(terminal)
    signers = talk.ask_signers(terminal, ())
    custodians = ask_custodians(lambda _key, question, check: terminal.ask(question, check=check))
    made, at = recovery.make_recovery(), clock.now()
    ceremony.hold(terminal, made, custodians)
    done = acts.split_again(public=made.public, signers=signers, assembled=assembled, at=at)
    record = ceremony.keep_record(made.public, custodians, at=at)
    terminal.say("\n" + _("%(count)d berkas kini terbuka dengan tiga dari lima bagian baru."), count=done.dossiers)
    _sweep(terminal, [assembled.actor.principal_id], signers[0], assembled)
    terminal.say(
        _("Hancurkan kelima kertas lama; cadangan lama masih terbuka dengannya. Catatan: %(path)s"), path=record
    )


def _sweep(terminal: Terminal, principals: list[UUID], signer: User, assembled: Assembled) -> None:
    """Wait until no process can still know the old keys, then take in what was sealed to them meanwhile."""
    from ruangaman.core import clock
    from ruangaman.ops.recovering import acts
    from ruangaman.vault import directory

    terminal.say(_("Menunggu laporan yang sedang dikirim …"))
    time.sleep(directory.SECONDS + _LATEST)
    acts.sweep(principals=principals, signer=signer, actor=assembled.actor, at=clock.now())
