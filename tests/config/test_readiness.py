"""What a process of a real city is told: each unsafe setting is refused with its own sentence."""

from __future__ import annotations

import pytest

from ruangaman.config import env
from ruangaman.config.readiness import NotReady, require_safe

SECRETS = {"RUANGAMAN_PEPPER_FILE": 32, "RUANGAMAN_SECRET_KEY_FILE": 40, "RUANGAMAN_CHECKPOINT_KEY_FILE": 32}


@pytest.fixture
def told(tmp_path):
    for name, size in SECRETS.items():
        (tmp_path / name).write_bytes(b"s" * size)
        (tmp_path / name).chmod(0o600)
    return {
        **{name: str(tmp_path / name) for name in SECRETS},
        "DATABASE_URL": "postgresql://ra_login_web@localhost/city",
        "RUANGAMAN_DATA": str(tmp_path),
        "RUANGAMAN_URL": "https://lapor.example",
        "RUANGAMAN_HOSTS": "lapor.example",
    }


def look(told):
    require_safe(env.load(told), told)


def as_worker(told, **changes):
    address = {"DATABASE_URL": "", "DATABASE_URL_WORKER": "postgresql://ra_login_worker@localhost/city"}
    return {**told, **address, "RUANGAMAN_PROCESS": "worker", **changes}


def test_an_environment_as_the_manual_says_is_fit(told):
    look(told)
    look(as_worker(told))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"RUANGAMAN_DEBUG": "1"}, "RUANGAMAN_DEBUG and RUANGAMAN_DEMO are for the demo"),
        ({"RUANGAMAN_PG_SOCKET": "/run/somewhere"}, "RUANGAMAN_PG_SOCKET is for the demo"),
        ({"RUANGAMAN_SECURE_COOKIES": "0"}, "RUANGAMAN_SECURE_COOKIES=0 would send sign-ins over plain http"),
        ({"RUANGAMAN_URL": "http://lapor.example"}, "RUANGAMAN_URL must be the https address"),
        ({"RUANGAMAN_URL": "https://lapor.example/satu"}, "RUANGAMAN_URL must be the https address"),
        ({"RUANGAMAN_HOSTS": "127.0.0.1"}, "RUANGAMAN_HOSTS must name lapor.example"),
        ({"DATABASE_URL": "postgresql://w@10.0.0.9/city"}, "add .sslmode=verify-full"),
        ({"DATABASE_URL": "postgresql://w@10.0.0.9/city?sslmode=prefer"}, "add .sslmode=verify-full"),
    ],
)
def test_each_unsafe_setting_is_refused_with_one_sentence(told, changes, sentence):
    with pytest.raises(NotReady, match=sentence) as refused:
        look({**told, **changes})

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_secret_that_others_can_read_is_refused(told, tmp_path, name, mode):
    (tmp_path / name).chmod(mode)

    with pytest.raises(NotReady, match=f"{name}: other users of this machine can read"):
        look(told)


def test_the_worker_does_not_start_without_the_key_that_signs_checkpoints(told, tmp_path):
    (tmp_path / "RUANGAMAN_CHECKPOINT_KEY_FILE").unlink()

    for path in ("", told["RUANGAMAN_CHECKPOINT_KEY_FILE"]):
        with pytest.raises(env.EnvError, match="RUANGAMAN_CHECKPOINT_KEY_FILE must name"):
            look(as_worker(told, RUANGAMAN_CHECKPOINT_KEY_FILE=path))


def test_a_web_server_that_is_not_told_the_key_may_serve_but_not_one_whose_key_is_gone(told, tmp_path):
    look({**told, "RUANGAMAN_CHECKPOINT_KEY_FILE": ""})
    (tmp_path / "RUANGAMAN_CHECKPOINT_KEY_FILE").unlink()

    with pytest.raises(env.EnvError, match="RUANGAMAN_CHECKPOINT_KEY_FILE must name"):
        look(told)


def test_a_checkpoint_key_of_another_length_is_none(told, tmp_path):
    (tmp_path / "RUANGAMAN_CHECKPOINT_KEY_FILE").write_bytes(b"s" * 31)

    with pytest.raises(env.EnvError, match=r"RUANGAMAN_CHECKPOINT_KEY_FILE.* 32 bytes"):
        look(told)


def test_a_database_elsewhere_is_reached_by_an_encrypted_line(told):
    look({**told, "DATABASE_URL": "postgresql://w@10.0.0.9/city?sslmode=verify-full&sslrootcert=/etc/ca.pem"})


@pytest.mark.parametrize("other", ["DATABASE_URL_MIGRATE", "DATABASE_URL_BACKUP", "DATABASE_URL_ADMIN"])
def test_a_service_that_holds_the_password_of_another_login_is_refused(told, other):
    address = {other: "postgresql://somebody:secret@localhost/city"}
    for process, environ in (("web", told), ("worker", as_worker(told))):
        look({**environ, other: ""})
        with pytest.raises(NotReady, match=f"^{other}: the {process} process must not hold") as refused:
            look({**environ, **address})
        assert "secret" not in str(refused.value)


def test_web_and_worker_do_not_hold_each_other_s_password(told):
    worker = as_worker(told)
    with pytest.raises(NotReady, match=r"^DATABASE_URL_WORKER: the web"):
        look({**told, "DATABASE_URL_WORKER": worker["DATABASE_URL_WORKER"]})
    with pytest.raises(NotReady, match=r"^DATABASE_URL: the worker"):
        look({**worker, "DATABASE_URL": told["DATABASE_URL"]})
