"""What a process is told from outside: odd values stop the start, and the sentence names the variable."""

from __future__ import annotations

import pytest

from ruangaman.config import env


@pytest.fixture
def told(tmp_path):
    (tmp_path / "pepper").write_bytes(b"p" * 32)
    (tmp_path / "secret").write_bytes(b"s" * 40)
    (tmp_path / "checkpoint.key").write_bytes(b"c" * 32)
    return {
        "DATABASE_URL": "postgresql://web:p%40ss@db.example:6432/city",
        "RUANGAMAN_PEPPER_FILE": str(tmp_path / "pepper"),
        "RUANGAMAN_SECRET_KEY_FILE": str(tmp_path / "secret"),
        "RUANGAMAN_CHECKPOINT_KEY_FILE": str(tmp_path / "checkpoint.key"),
        "RUANGAMAN_DATA": str(tmp_path),
    }


def test_a_production_web_process_signs_in_as_its_address_says_and_sends_secure_cookies(told):
    found = env.load(told)

    assert (found.process, found.demo, found.secure_cookies) == ("web", False, True)
    assert (found.database.host, found.database.port, found.database.name) == ("db.example", "6432", "city")
    assert (found.database.user, found.database.password) == ("web", "p@ss")
    assert found.database.embedded is False


@pytest.mark.parametrize(
    ("process", "login"),
    [("web", "ra_login_web"), ("worker", "ra_login_worker"), ("migrate", "ra_login_migrate"), ("seed", "ra_owner")],
)
def test_each_process_has_its_own_login_on_the_embedded_server(told, process, login):
    found = env.load({**told, "RUANGAMAN_PROCESS": process, "RUANGAMAN_PG_SOCKET": "/run/somewhere"})

    assert (found.database.user, found.database.host, found.database.embedded) == (login, "/run/somewhere", True)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"RUANGAMAN_PROCESS": "cron"}, "RUANGAMAN_PROCESS"),
        ({"RUANGAMAN_DEBUG": "yes"}, "RUANGAMAN_DEBUG"),
        ({"RUANGAMAN_DEMO": "1"}, "RUANGAMAN_DEMO"),
        ({"RUANGAMAN_PEPPER_FILE": ""}, "RUANGAMAN_PEPPER_FILE"),
        ({"RUANGAMAN_PEPPER_FILE": "/nowhere/pepper"}, "RUANGAMAN_PEPPER_FILE"),
        ({"RUANGAMAN_SECRET_KEY_FILE": ""}, "RUANGAMAN_SECRET_KEY_FILE"),
        ({"RUANGAMAN_CHECKPOINT_KEY_FILE": "/nowhere"}, "RUANGAMAN_CHECKPOINT_KEY_FILE"),
        (
            {"RUANGAMAN_CHECKPOINT_KEY_FILE": "", "RUANGAMAN_PROCESS": "worker", "RUANGAMAN_PG_SOCKET": "/run"},
            "RUANGAMAN_CHECKPOINT_KEY_FILE",
        ),
        ({"RUANGAMAN_CHECKPOINT_COPY": "/nowhere"}, "RUANGAMAN_CHECKPOINT_COPY"),
        ({"RUANGAMAN_DATA": "/nowhere"}, "RUANGAMAN_DATA"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
        ({"RUANGAMAN_PROCESS": "worker"}, "DATABASE_URL_WORKER"),
        ({"RUANGAMAN_EXIT_URL": "javascript:alert(1)"}, "RUANGAMAN_EXIT_URL"),
        ({"RUANGAMAN_EXIT_URL": "https://a.example/; script-src *"}, "RUANGAMAN_EXIT_URL"),
        ({"RUANGAMAN_URL": "a.example"}, "RUANGAMAN_URL"),
        ({"RUANGAMAN_SMTP_URL": "mail.example"}, "RUANGAMAN_SMTP_URL"),
        ({"RUANGAMAN_POOL_SIZE": "0"}, "RUANGAMAN_POOL_SIZE"),
    ],
)
def test_what_is_missing_or_odd_stops_the_start_by_its_name(told, changes, named):
    with pytest.raises(env.EnvError, match=named):
        env.load({**told, **changes})


def test_only_who_signs_checkpoints_has_to_be_told_of_the_key(told, tmp_path):
    (tmp_path / "checkpoint.key").write_bytes(b"short")
    with pytest.raises(env.EnvError, match="32 bytes"):
        env.load(told)
    assert env.load({**told, "RUANGAMAN_CHECKPOINT_KEY_FILE": ""}).checkpoint_key_file is None
    copy = env.load({**told, "RUANGAMAN_CHECKPOINT_KEY_FILE": "", "RUANGAMAN_CHECKPOINT_COPY": str(tmp_path)})
    assert copy.checkpoint_copy == tmp_path


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_pepper_of_another_length_is_none(told, tmp_path, size):
    (tmp_path / "pepper").write_bytes(b"p" * size)

    with pytest.raises(env.EnvError, match="32 bytes"):
        env.load(told)


def test_a_short_secret_is_none(told, tmp_path):
    (tmp_path / "secret").write_bytes(b"s" * 31)

    with pytest.raises(env.EnvError, match="RUANGAMAN_SECRET_KEY_FILE"):
        env.load(told)


@pytest.mark.parametrize(
    ("url", "port", "tls"), [("smtps://u:p@mail.example", 465, True), ("smtp://127.0.0.1:2525", 2525, False)]
)
def test_mail_goes_where_its_address_says(told, url, port, tls):
    found = env.load({**told, "RUANGAMAN_SMTP_URL": url}).smtp

    assert (found.port, found.tls) == (port, tls)
