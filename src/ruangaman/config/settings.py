"""Django settings. Everything from outside comes through `config.env`."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from ruangaman.config import env as environment
from ruangaman.config import place

ENV = environment.load()
SRC = Path(__file__).resolve().parents[1]
RUANGAMAN_PLACE = place.read(place.locate(ENV.data))
"""The city that is served: names, time, districts, hotline; the program reads it through `core.regions`."""

DEBUG = False  # error pages never show values; RUANGAMAN_DEBUG only marks a machine that is not production
SECRET_KEY = ENV.secret_key
ALLOWED_HOSTS = list(ENV.hosts)
USE_TZ = True
TIME_ZONE = RUANGAMAN_PLACE.zone_key
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Indonesia"), ("en", "English")]
LOCALE_PATHS = [SRC / "locale"]
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "ruangaman.config.urls"
WSGI_APPLICATION = "ruangaman.config.wsgi.application"
APPEND_SLASH = False
TEST_RUNNER = "django.test.runner.DiscoverRunner"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "ruangaman.core",
    "ruangaman.ui",
    "ruangaman.audit",
    "ruangaman.vault",
    "ruangaman.accounts",
    "ruangaman.clocks",
    "ruangaman.codelists",
    "ruangaman.consents",
    "ruangaman.notifications",
    "ruangaman.cases",
    "ruangaman.intake",
    "ruangaman.web",
]

# The door does the body, the token, the transaction, sessions and the person; see config/middleware.py.
MIDDLEWARE = [
    "ruangaman.config.proxy.ForwardedMiddleware",
    "ruangaman.config.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ruangaman.config.compression.PageCompression",
    "ruangaman.config.middleware.DoorMiddleware",
    "ruangaman.config.middleware.LanguageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "ruangaman.ui.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "ruangaman.web.context.page",
            ],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "ruangaman.config.postgresql",
        "NAME": ENV.database.name,
        "HOST": ENV.database.host,
        "PORT": ENV.database.port,
        "USER": ENV.database.user,
        "PASSWORD": ENV.database.password,
        "OPTIONS": {},
        "TEST": {"NAME": ENV.database.name},
    }
}
# What is planned once finds by keys: one plan serves all values. Left to itself the server plans many a look anew.
_session = "-c plan_cache_mode=force_generic_plan"
_options: dict[str, object] = dict(ENV.database.options)
if ENV.process == "web":
    # Four a core; a wait of three seconds is caught for the page that says what to do.
    _options |= {
        # Not for minutes at growing distances, as the pool does unasked: after a long outage the next visitor connects.
        "pool": {
            "min_size": 1,
            "max_size": ENV.pool_size,
            "timeout": 3.0,
            "max_idle": 300.0,
            "reconnect_timeout": 2.0,
        },
        "connect_timeout": 3,
        # A server that is gone without a word is noticed within seconds; sockets of this machine have no such thing.
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
    }
elif ENV.process in {"worker", "migrate"}:
    _session += f" -c role=ra_{ENV.process}"
    _options |= {"connect_timeout": 10}
DATABASES["default"]["OPTIONS"] = _options | {"options": _session}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["ruangaman.accounts.adapters.DoorBackend"]
LOGIN_URL = "/masuk/"
LOGIN_REDIRECT_URL = "/kerja/"
LOGOUT_REDIRECT_URL = "/masuk/"

# allauth: sign-in by username and password, then TOTP. Everything that would bypass the vault's door is off.
ACCOUNT_ADAPTER = "ruangaman.accounts.adapters.AccountAdapter"
MFA_ADAPTER = "ruangaman.accounts.adapters.MfaAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_REQUIRED = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGIN_TIMEOUT = 5 * 60  # between the password and the second step
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Ruang Aman"

SESSION_ENGINE = "ruangaman.vault.sessions"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = ENV.secure_cookies
CSRF_COOKIE_SECURE = ENV.secure_cookies
CSRF_USE_SESSIONS = False
CSRF_TRUSTED_ORIGINS = [ENV.url]  # behind the proxy that ends TLS, requests look like plain http to us
SECURE_CONTENT_TYPE_NOSNIFF = False  # HeadersMiddleware sets all of them
X_FRAME_OPTIONS = "DENY"

STATIC_URL = "/static/"
STATIC_ROOT = ENV.data / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

FILE_UPLOAD_HANDLERS = ["ruangaman.config.bodies.RefuseUploads"]
FILE_UPLOAD_TEMP_DIR = str(ENV.data / "spool")
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 20

if ENV.smtp.host:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = ENV.smtp.host, ENV.smtp.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = ENV.smtp.user, ENV.smtp.password
    EMAIL_USE_SSL = ENV.smtp.tls
    EMAIL_TIMEOUT = 15
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(ENV.data / "mail")
DEFAULT_FROM_EMAIL = ENV.mail_from

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_DATABASE_ALIAS = "default"

# Ours. Numbers are configuration: the office confirms each (domain.md 2.4).
RUANGAMAN_PEPPER = ENV.pepper
RUANGAMAN_CHECKPOINT_KEY_FILE = ENV.checkpoint_key_file
RUANGAMAN_CHECKPOINT_COPY = ENV.checkpoint_copy
RUANGAMAN_CHECKPOINTS = ENV.data / "checkpoints"
RUANGAMAN_SPOOL = ENV.data / "spool"
RUANGAMAN_LEDGER = ENV.ledger
"""What was erased for ever, told outside the database: a restored copy is made to forget it again."""
RUANGAMAN_DEMO = ENV.demo
RUANGAMAN_SYNTHETIC_IDS = ENV.demo
"""Identity numbers with district code 99 are nobody's: where everything is made up, they are no surprise."""
RUANGAMAN_URL = ENV.url
"""Where the installation is reached: the address in the letters to the people on duty."""
RUANGAMAN_EXIT_URL = ENV.exit_url
RUANGAMAN_POOL_SIZE = ENV.pool_size
RUANGAMAN_PROXY = ENV.proxy
RUANGAMAN_SECURE_COOKIES = ENV.secure_cookies
RUANGAMAN_DOOR_PARAMS = (64 * 1024, 3, 1) if ENV.process != "test" else (64, 1, 1)
"""Argon2id of the password door for new doors: memory in KiB, iterations, lanes. Tests take the least that runs."""
RUANGAMAN_RECEIPT_PARAMS = (19 * 1024, 2, 1) if ENV.process != "test" else (64, 1, 1)
RUANGAMAN_INDEX_PARAMS = (19 * 1024, 2, 1) if ENV.process != "test" else (64, 1, 1)
"""Argon2id of the blind index. Never changed once numbers are in it: they would not be found again."""
RUANGAMAN_IDLE_SECONDS = 15 * 60
RUANGAMAN_FORGET_SECONDS = ENV.forget_seconds
"""So long after the last request that opened something, a web process ends and a fresh one takes its place."""
RUANGAMAN_NUMBERS = [
    {"label": _("Darurat"), "number": "112", "tel": "112"},
    {"label": _("Polisi"), "number": "110", "tel": "110"},
    {"label": _("Perempuan & anak"), "number": "129", "tel": "129"},
]
RUANGAMAN_WHATSAPP = {"label": "WhatsApp SAPA", "number": "08111-129-129", "tel": "628111129129"}
"""The numbers of the whole country."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_values": {"()": "ruangaman.config.logs.NoValues"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_values"]}},
    "root": {"handlers": ["out"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
        "ruangaman": {"level": "INFO"},
    },
}

SILENCED_SYSTEM_CHECKS = ["auth.E003", "auth.W004"]

for _folder in ("spool", "mail", "static"):
    (ENV.data / _folder).mkdir(mode=0o700, exist_ok=True)
