"""The conversation of `recover`: three shares, two key officers, and who gets new keys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ruangaman.accounts.models import User
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.ops.setup.ground import Unfit
from ruangaman.ops.setup.interview import ask_password, show_code
from ruangaman.ops.setup.shares import mend
from ruangaman.ops.terminal import Check, Terminal
from ruangaman.ops.words import translate as _
from ruangaman.vault import doors, recovery
from ruangaman.vault import services as vault
from ruangaman.vault.directory import SIGNATURES, read_officers
from ruangaman.vault.services import RecoveryActor
from ruangaman.vault.wrapping import KemPrivate

_MOST_TRIES = 3


@dataclass(frozen=True)
class Assembled:
    """The recovery key in hand, and the numbers of the shares that made it."""

    actor: RecoveryActor
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Returning:
    """Somebody who gets new keys."""

    user: User
    password: str = field(repr=False)
    code: str = field(repr=False)
    drops_second_step: bool


def find_users(names: Sequence[str]) -> list[User]:
    """Return the people named. Raises Unfit: somebody is unknown or closed."""
    with unit_of_work(DatabaseRole.MIGRATE):
        found = {user.username: user for user in User.objects.select_related("unit__agency").filter(is_active=True)}
    wanted = list(dict.fromkeys(name.strip().casefold() for name in names))
    unknown = [name for name in wanted if name not in found]
    if unknown:
        raise Unfit(_("Tidak ada akun terbuka bernama %(names)s.") % {"names": ", ".join(unknown)})
    return [found[name] for name in wanted]


def find_officers() -> list[User]:
    """Return the key officers of whom the pepper knows. Raises Unfit: nobody."""
    with unit_of_work(DatabaseRole.MIGRATE):
        officers = list(User.objects.filter(principal_id__in=read_officers()).order_by("username"))
    if len(officers) < SIGNATURES:
        raise Unfit(_("Daftar petugas kunci tidak utuh di basis data ini: pulihkan dari cadangan, lalu coba lagi."))
    return officers


def ask_shares(terminal: Terminal) -> Assembled:
    """Ask for shares until three make the recovery key; name those that do not belong.

    Raises:
        Unfit: all five were given and no three make it.
    """
    with unit_of_work(DatabaseRole.MIGRATE):
        keys = vault.read_recovery_keys()
    shares: dict[int, str] = {}
    splittings: dict[int, int] = {}
    while len(shares) < recovery.SHARES:
        _take_share(terminal, shares, splittings)
        if len(shares) < recovery.THRESHOLD:
            continue
        found = recovery.assemble(shares, keys)
        if found is not None:
            return _assembled(terminal, shares, found)
        terminal.say(_("Ketiga bagian cocok ejaannya, tetapi salah satunya bukan dari kunci pemulihan ini."))
        _name_strangers(terminal, splittings)
        terminal.say(_("Masukkan satu bagian lagi dari penjaga lain; yang keliru lalu disebut nomornya."))
    raise Unfit(_("Dari kelima bagian tidak ada tiga yang membuka kunci pemulihan instalasi ini."))


def ask_signers(terminal: Terminal, returning: Collection[User]) -> list[User]:
    """Return two key officers with open keys; those who return count, their keys are made later.

    Raises:
        Unfit: an officer's password opens nothing: then they have to return as well.
    """
    officers = find_officers()
    own = {user.pk for user in returning}
    signers = [user for user in returning if user.principal_id in {officer.principal_id for officer in officers}]
    if len(signers) >= SIGNATURES:
        terminal.say("\n" + _("Petugas kunci sendiri yang kembali: daftarnya dijamin pepper dan disahkan ulang."))
    others = {officer.username: officer for officer in officers if officer.pk not in own}
    while len(signers) < SIGNATURES:
        left = [name for name, officer in others.items() if officer not in signers]
        terminal.say(
            "\n" + _("Petugas kunci mengesahkan kunci baru di sini. Yang ada: %(names)s."), names=", ".join(left)
        )
        name = terminal.ask(_("Nama pengguna petugas kunci"), check=_one_of(left))
        signers.append(_opened(terminal, others[name.casefold()]))
    return signers


def ask_return(terminal: Terminal, user: User) -> Returning:
    """Ask one of those who return for a password, show a printed code, and ask for the phone."""
    name = user.display_name
    terminal.say("\n" + _("Kunci baru untuk %(name)s (%(username)s)."), name=name, username=user.username)
    if terminal.agrees(_("Apakah orangnya ada di depan layar ini?"), default=True):
        password = ask_password(terminal, username=user.username, name=user.display_name)
    else:
        password = doors.new_code()
        terminal.wait(_("Kata sandi sementara ditampilkan sekali, untuk amplop tersegel. Siapkan kertas, lalu Enter."))
        with terminal.alone():
            terminal.say(f"{user.username}\n\n    {password}\n")
            terminal.wait(_("Sudah ditulis? Enter."))
    code = show_code(terminal, name=user.display_name)
    keeps = terminal.agrees(_("Apakah ponsel dengan kode masuk masih di tangannya?"), default=False)
    return Returning(user, password, code, drops_second_step=not keeps)


def _one_of(names: Collection[str]) -> Check:
    return lambda answer: None if answer.casefold() in names else _("Bukan petugas kunci yang ditunggu.")


def _take_share(terminal: Terminal, shares: dict[int, str], splittings: dict[int, int]) -> None:
    """Ask for one share on a screen of its own, until it is good by itself and new."""
    count = len(shares) + 1
    terminal.say(
        "\n"
        + _("Bagian ke-%(count)d: penjaganya mengetik ke-33 kata (bahasa Inggris) dari kertasnya, dipisahkan spasi."),
        count=count,
    )
    while True:
        with terminal.alone():
            typed = mend(terminal, terminal.ask(_("Kata-katanya")))
        facts = recovery.read_share(typed)
        if facts.number not in shares:
            break
        terminal.say(_("Bagian %(number)d sudah dimasukkan; perlu bagian dari penjaga lain."), number=facts.number)
    shares[facts.number], splittings[facts.number] = typed, facts.splitting
    terminal.say(_("Bagian %(number)d diterima."), number=facts.number)


def _name_strangers(terminal: Terminal, splittings: dict[int, int]) -> None:
    counted = list(splittings.values())
    usual = max(counted, key=counted.count)
    strange = sorted(number for number, splitting in splittings.items() if splitting != usual)
    if strange and counted.count(usual) > 1:
        terminal.say(_("Bagian %(numbers)s berasal dari pembagian lain."), numbers=", ".join(map(str, strange)))


def _assembled(terminal: Terminal, shares: dict[int, str], found: tuple[KemPrivate, frozenset[int]]) -> Assembled:
    private, false = found
    for number in sorted(false):
        terminal.say(_("Bagian %(number)d salah: bukan dari kunci ini."), number=number)
    with unit_of_work(DatabaseRole.MIGRATE):
        actor = vault.recovery_actor(private)
    terminal.say(_("Kunci pemulihan lengkap; hanya ada di memori perintah ini."))
    return Assembled(actor, tuple(sorted(shares.keys() - false)))


def _opened(terminal: Terminal, officer: User) -> User:
    for _try in range(_MOST_TRIES):
        password = terminal.secret(_("Kata sandi %(name)s") % {"name": officer.display_name})
        with unit_of_work(DatabaseRole.MIGRATE):
            officer.keyring = vault.open_door(principal_id=officer.principal_id, password=password)
        if officer.keyring is not None:
            return officer
        terminal.say("  " + _("Tidak cocok."))
    raise Unfit(
        _("Bila %(username)s juga tidak dapat masuk lagi, sertakan: ./ruang recover --user … --user %(username)s")
        % {"username": officer.username}
    )
