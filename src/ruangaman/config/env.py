"""What the process is told from outside: one typed place. A missing or odd value stops the start with its name."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

REFUSED = 78
"""Exit code of a process that may not start as it was told: starting it again would change nothing."""

PROCESSES = ("web", "worker", "migrate", "seed", "test")

LOGINS = {
    "web": "ra_login_web",
    "worker": "ra_login_worker",
    "migrate": "ra_login_migrate",
    "seed": "ra_owner",
    "test": "ra_owner",
}
"""Database login of each process on the embedded server (ADR 0013)."""

URL_NAMES = {"web": "DATABASE_URL", "worker": "DATABASE_URL_WORKER", "migrate": "DATABASE_URL_MIGRATE"}
URL_OPTIONS = frozenset({"host", "sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs"})
"""What may follow the question mark of such an address."""


class EnvError(SystemExit):
    """The environment is not fit to start with; the text names the variable."""


@dataclass(frozen=True)
class Database:
    """Where the database is and as whom this process signs in."""

    host: str
    port: str
    name: str
    user: str
    password: str = field(repr=False)
    embedded: bool
    options: Mapping[str, str] = field(default_factory=dict)

    def parameters(self) -> dict[str, str]:
        """Return what libpq takes; what is empty is left to it."""
        named = {"host": self.host, "port": self.port, "dbname": self.name, "user": self.user}
        return {key: value for key, value in {**named, "password": self.password, **self.options}.items() if value}


@dataclass(frozen=True)
class Proxy:
    """Who stands in front and says in `X-Forwarded-For` where a request came from. Neither: nobody is believed.

    Args:
        hops: how many proxies of ours a request passes; or
        networks: where they are.
    """

    hops: int = 0
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()


@dataclass(frozen=True)
class Smtp:
    """Outgoing mail, or `host` empty: mail goes into files (demo and tests)."""

    host: str
    port: int
    user: str
    password: str
    tls: bool


@dataclass(frozen=True)
class Env:
    """Everything that a process reads from its environment."""

    process: str
    debug: bool
    demo: bool
    database: Database
    pepper: bytes
    secret_key: str
    checkpoint_key_file: Path | None
    """Only the process that signs checkpoints is told where the key is: the worker, and commands on the trail."""
    checkpoint_copy: Path | None
    data: Path
    hosts: tuple[str, ...]
    url: str
    exit_url: str
    smtp: Smtp
    mail_from: str
    secure_cookies: bool
    pool_size: int
    forget_seconds: int
    ledger: Path
    proxy: Proxy


def load(environ: Mapping[str, str] | None = None) -> Env:
    """Read and check the environment.

    Raises:
        EnvError: a variable is missing or odd.
    """
    env = os.environ if environ is None else environ
    process = _choice(env, "RUANGAMAN_PROCESS", PROCESSES, "web")
    demo = _flag(env, "RUANGAMAN_DEMO")
    debug = _flag(env, "RUANGAMAN_DEBUG")
    if demo and not debug and process != "test":
        raise EnvError(
            "RUANGAMAN_DEMO is only allowed together with RUANGAMAN_DEBUG=1: the demo skips the second step."
        )
    return Env(
        process=process,
        debug=debug,
        demo=demo,
        database=_database(env, process),
        pepper=_pepper(env),
        secret_key=_secret(env),
        checkpoint_key_file=_checkpoint_key(env, process),
        checkpoint_copy=_folder(env, "RUANGAMAN_CHECKPOINT_COPY") if env.get("RUANGAMAN_CHECKPOINT_COPY") else None,
        data=_folder(env, "RUANGAMAN_DATA"),
        hosts=tuple(
            host.strip() for host in env.get("RUANGAMAN_HOSTS", "127.0.0.1,localhost").split(",") if host.strip()
        ),
        url=_address(env, "RUANGAMAN_URL", "http://127.0.0.1:8000").rstrip("/"),
        exit_url=_address(env, "RUANGAMAN_EXIT_URL", "https://www.bmkg.go.id/"),
        smtp=read_smtp(env),
        mail_from=env.get("RUANGAMAN_MAIL_FROM", "informasi@localhost"),
        secure_cookies=_flag(env, "RUANGAMAN_SECURE_COOKIES", default=not debug),
        pool_size=_number(env, "RUANGAMAN_POOL_SIZE", 4),
        forget_seconds=_number(env, "RUANGAMAN_FORGET_SECONDS", 5 * 60),
        ledger=_file_in_folder(env, "RUANGAMAN_LEDGER_FILE", _folder(env, "RUANGAMAN_DATA") / "erasure.ledger"),
        proxy=_proxy(env),
    )


def _flag(env: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    value = env.get(name, "")
    if value not in {"", "0", "1"}:
        raise EnvError(f"{name} must be 0 or 1.")
    return default if value == "" else value == "1"


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, str(default))
    if not value.isdigit() or int(value) < 1:
        raise EnvError(f"{name} must be a whole number from 1.")
    return int(value)


def _choice(env: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = env.get(name, default)
    if value not in allowed:
        raise EnvError(f"{name} must be one of {', '.join(allowed)}.")
    return value


def _folder(env: Mapping[str, str], name: str) -> Path:
    value = env.get(name, "")
    if not value or not Path(value).is_dir():
        raise EnvError(f"{name} must name an existing folder.")
    return Path(value)


def _file_in_folder(env: Mapping[str, str], name: str, default: Path) -> Path:
    """Return where a file is or will be; its folder must be there."""
    path = Path(env.get(name) or default).absolute()
    if not path.parent.is_dir():
        raise EnvError(f"{name} must name a file in an existing folder.")
    return path


def _pepper(env: Mapping[str, str]) -> bytes:
    name = "RUANGAMAN_PEPPER_FILE"
    path = Path(env.get(name, ""))
    if not env.get(name) or not path.is_file():
        raise EnvError(f"{name} must name the pepper file. Without it no password and no receipt opens anything.")
    pepper = path.read_bytes()
    if len(pepper) != 32:
        raise EnvError(f"{name}: the pepper is 32 bytes, this file has {len(pepper)}.")
    return pepper


def _checkpoint_key(env: Mapping[str, str], process: str) -> Path | None:
    name = "RUANGAMAN_CHECKPOINT_KEY_FILE"
    if not env.get(name):
        if process == "worker":
            raise EnvError(f"{name} must name the key that signs the checkpoints of the audit trail.")
        return None
    path = Path(env[name])
    if not path.is_file() or path.stat().st_size != 32:
        raise EnvError(f"{name} must name a file with the 32 bytes of the key.")
    return path


def _secret(env: Mapping[str, str]) -> str:
    name = "RUANGAMAN_SECRET_KEY_FILE"
    path = Path(env.get(name, ""))
    if not env.get(name) or not path.is_file():
        raise EnvError(f"{name} must name a file with at least 32 random bytes.")
    secret = path.read_bytes()
    if len(secret) < 32:
        raise EnvError(f"{name}: at least 32 bytes, this file has {len(secret)}.")
    return secret.hex()


def _address(env: Mapping[str, str], name: str, default: str) -> str:
    value = env.get(name, default)
    parts = urlsplit(value)
    if parts.scheme not in {"https", "http"} or not parts.netloc or any(char in value for char in " ;,'\"\\"):
        raise EnvError(f"{name} must be a plain http or https address.")
    return value


def _database(env: Mapping[str, str], process: str) -> Database:
    socket = env.get("RUANGAMAN_PG_SOCKET", "")
    url_name = URL_NAMES.get(process, "")
    if socket:
        name = env.get("RUANGAMAN_PG_DATABASE", "ruangaman")
        return Database(socket, "", name, LOGINS[process], "", embedded=True)
    if not url_name or not env.get(url_name):
        raise EnvError(f"{url_name or 'RUANGAMAN_PG_SOCKET'} must say where PostgreSQL is.")
    return read_url(env, url_name)


def read_url(env: Mapping[str, str], url_name: str) -> Database:
    """Return the database that a variable names. Raises EnvError."""
    parts = urlsplit(env.get(url_name, ""))
    options = dict(parse_qsl(parts.query))
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise EnvError(f"{url_name} must look like postgresql://user:password@host/database.")
    if options.keys() - URL_OPTIONS:
        raise EnvError(f"{url_name}: after the question mark only {', '.join(sorted(URL_OPTIONS))} may stand.")
    return Database(
        host=options.pop("host", "") or unquote(parts.hostname or ""),
        port=str(parts.port or ""),
        name=unquote(parts.path.lstrip("/")),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        embedded=False,
        options=options,
    )


def _proxy(env: Mapping[str, str]) -> Proxy:
    name = "RUANGAMAN_PROXY"
    value = env.get(name, "").strip()
    if not value or value.isdigit():
        return Proxy(hops=int(value or 0))
    try:
        return Proxy(networks=tuple(ipaddress.ip_network(one.strip()) for one in value.split(",")))
    except ValueError:
        raise EnvError(
            f"{name} must be the number of your proxies (1) or their networks (10.0.0.5/32, 10.1.0.0/16)."
        ) from None


def read_smtp(env: Mapping[str, str]) -> Smtp:
    name = "RUANGAMAN_SMTP_URL"
    value = env.get(name, "")
    if not value:
        return Smtp("", 0, "", "", tls=False)
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise EnvError(f"{name} must look like smtps://user:password@host:465.")
    return Smtp(
        parts.hostname,
        parts.port or (465 if parts.scheme == "smtps" else 25),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        tls=parts.scheme == "smtps",
    )
