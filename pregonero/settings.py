"""Django settings. Values come from environment variables, with safe defaults (docs/operacion.md)."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF

from pregonero import embedded_postgres, logs
from pregonero.environment import BadSetting, flag, items, number, text

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = embedded_postgres.data_folder()
MEDIA_FOLDER = DATA_DIR / "media"
FILE_UPLOAD_HANDLERS = [
    "pregonero.media.upload_handlers.BoundedUpload",
    "pregonero.media.upload_handlers.MemoryUpload",
    "pregonero.media.upload_handlers.TemporaryUpload",
]


def _read_or_create_secret(path: Path) -> str:
    """Return the secret in a file, which is created on the first start and never visible half-written."""
    if not path.exists():
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(
            os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as output:
            output.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another process created it meanwhile
            os.link(temporary, path)
        temporary.unlink()
    return path.read_text(encoding="utf-8").strip()


# TCP keepalives detect a dead connection within a minute, also behind a firewall that drops idle connections.
KEEPALIVES = {"keepalives": 1, "keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3}


def _database(url: str) -> dict[str, Any]:
    """Return Django's database settings for a PostgreSQL URL."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadSetting("DATABASE_URL", "debe empezar por postgresql://; solo se usa PostgreSQL 15 o posterior.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or options.pop("port", "")),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 40, "timeout": 30}, **KEEPALIVES, **options},
        "CONN_HEALTH_CHECKS": True,
    }


SECRET_KEY = text("PREGONERO_SECRET_KEY") or _read_or_create_secret(DATA_DIR / "secret.key")
# The encryption keys of the accounts' credentials, newest first: from the environment or from a file.
VAULT_KEYS = os.environ.get("PREGONERO_VAULT_KEY", "").replace(",", " ").split()
VAULT_KEY_PATH = Path(os.environ.get("PREGONERO_VAULT_KEY_FILE") or DATA_DIR / "vault.key")
if not VAULT_KEYS:
    _read_or_create_secret(VAULT_KEY_PATH)
# A folder of another machine that receives each checkpoint of the records; empty for none.
CHECKPOINT_FOLDER = text("PREGONERO_CHECKPOINT_FOLDER")
DEBUG = flag("PREGONERO_DEBUG", default=False)
ALLOWED_HOSTS = items("PREGONERO_HOSTS", "127.0.0.1,localhost,[::1],testserver")
# The address at which networks and people reach this installation: media, webhooks, links in mails.
PUBLIC_ADDRESS = text("PREGONERO_PUBLIC_ADDRESS", "http://127.0.0.1:8800")
CSRF_TRUSTED_ORIGINS = [PUBLIC_ADDRESS]

DATABASE_URL = text("DATABASE_URL") or embedded_postgres.database_url()
DATABASES = {"default": _database(DATABASE_URL)}
# In the database, so that the rate limits of sign-in count for all processes together. The limit is high, so that many
# attempts of one person do not evict the counts of others.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "pregonero_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    # Before allauth, because their templates override those of allauth.
    "pregonero.ui",
    "pregonero.people",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "csp",
    "ninja",
    "pgtrigger",
    "procrastinate.contrib.django",
    "template_partials.apps.SimpleAppConfig",
    "pregonero.health",
    "pregonero.records",
    "pregonero.media",
    "pregonero.entities",
    "pregonero.networks",
    "pregonero.newsroom",
    "pregonero.outbox",
    "pregonero.publishing",
    "pregonero.inbox",
    "pregonero.monitoring",
    "pregonero.synergies",
    "pregonero.api",
    "pregonero.moderation",
    "pregonero.public",
    "pregonero.controls",
    "pregonero.reports",
    "pregonero.dashboard",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "pregonero.public.middleware.SharedPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "pregonero.ui.body_limits.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pregonero.publishing.kept_forms.KeptFormMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pregonero.people.middleware.MemberMiddleware",
    "pregonero.people.security.middleware.SecondFactorMiddleware",
    "pregonero.dashboard.frame.FrameMiddleware",
    "pregonero.ui.error_middleware.ErrorMiddleware",
]

ROOT_URLCONF = "pregonero.urls"
WSGI_APPLICATION = "pregonero.wsgi.application"
_LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "pregonero" / "networks"],  # the folder of a network may hold its own `preview.html`
        "OPTIONS": {
            # Set explicitly, because cotton and template-partials would each configure the loaders without the other.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [("django.template.loaders.cached.Loader", _LOADERS)],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "pregonero.ui.navigation.navigation",
                "pregonero.people.sessions.session_end",
                "pregonero.publishing.context_processors.banner",
                "pregonero.dashboard.frame.frame",
            ],
        },
    }
]
COTTON_DIR = "components"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_FOLDER}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "pregonero.ui.package_assets.PackageAssetsFinder",
]
WHITENOISE_USE_FINDERS = DEBUG

LANGUAGE_CODE = "es-co"
TIME_ZONE = "America/Bogota"
USE_I18N = True
LOCALE_PATHS = [Path(__file__).parent / "locale"]  # the packages' sentences in our words
USE_TZ = True

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "pregonero.people.allauth_adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "pregonero.people.forms.SignInForm"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Pregonero] "
# The way in by mail of who is locked out (people/signin_limits.py): the link signs in.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
# By address they only bound the load: an office has one. Wrong passwords and codes have limits of their own in
# signin_limits; `login_failed` is left for the keys, which are asked after a right password.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "5/5m/key",
    "reset_password": "100/m/ip,5/m/key",
    "reset_password_from_key": "100/m/ip",
}
# Keys are allauth's; codes are ours (people/security): encrypted with the vault, accepted once, recovery codes hashed.
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_ADAPTER = "pregonero.people.security.mfa_adapter.MFAAdapter"
MFA_FORMS = {
    "add_webauthn": "pregonero.people.security.forms.AddKeyForm",
    "authenticate_webauthn": "pregonero.people.security.forms.SignInKeyForm",
    "login_webauthn": "pregonero.people.security.forms.KeyAloneForm",
    "reauthenticate_webauthn": "pregonero.people.security.forms.ReauthenticationKeyForm",
    "authenticate": "pregonero.people.security.forms.SignInCodeForm",
    "reauthenticate": "pregonero.people.security.forms.ReauthenticationForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PUBLIC_ADDRESS.startswith("http://127.0.0.1")

_SECURE = PUBLIC_ADDRESS.startswith("https://")
_BEHIND_PROXY = flag("PREGONERO_BEHIND_PROXY", default=False)
# Behind a proxy the client's address is the last one in X-Forwarded-For; without a proxy that header is ignored.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if _BEHIND_PROXY else 0
SESSION_ENGINE = "pregonero.people.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

EMAIL_HOST = text("PREGONERO_EMAIL_HOST")
EMAIL_PORT = int(number("PREGONERO_EMAIL_PORT", 587))
EMAIL_HOST_USER = text("PREGONERO_EMAIL_USER")
EMAIL_HOST_PASSWORD = text("PREGONERO_EMAIL_PASSWORD")
EMAIL_USE_TLS = flag("PREGONERO_EMAIL_TLS", default=True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = text("PREGONERO_EMAIL_FROM", "pregonero@localhost")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.dummy.EmailBackend"
)

# Addresses used instead of the networks' own, for the laboratory or a proxy; empty: the network's own (its folder).
NETWORK_ADDRESSES = {
    "x": text("PREGONERO_X_ADDRESS"),
    "facebook": text("PREGONERO_FACEBOOK_ADDRESS"),
    "instagram": text("PREGONERO_INSTAGRAM_ADDRESS"),
    "youtube": text("PREGONERO_YOUTUBE_ADDRESS"),
    "bluesky": text("PREGONERO_BLUESKY_ADDRESS"),
    "mastodon": text("PREGONERO_MASTODON_ADDRESS"),
}
# The same for the pages where people authorise the application, and for the calls about tokens.
CONSENT_ADDRESSES = {
    "x": text("PREGONERO_X_CONSENT_ADDRESS"),
    "facebook": text("PREGONERO_FACEBOOK_CONSENT_ADDRESS"),
    "instagram": text("PREGONERO_FACEBOOK_CONSENT_ADDRESS"),
    "youtube": text("PREGONERO_YOUTUBE_CONSENT_ADDRESS"),
}
TOKEN_ADDRESSES = {"youtube": text("PREGONERO_YOUTUBE_TOKEN_ADDRESS")}
HUB_ADDRESSES = {"youtube": text("PREGONERO_YOUTUBE_HUB_ADDRESS")}
GRAPH_VERSION = text("PREGONERO_GRAPH_VERSION", "v26.0")
CALL_SECONDS = number("PREGONERO_CALL_SECONDS", 20)  # one call to a network
LEASE_SECONDS = number("PREGONERO_LEASE_SECONDS", 45)  # how long a worker leases a delivery; longer than any call
# Private addresses from which news sources may be read; none by default.
PRIVATE_ADDRESSES_ALLOWED = items("PREGONERO_PRIVATE_ADDRESSES")

logs.register_secret(SECRET_KEY, *VAULT_KEYS, DATABASES["default"]["PASSWORD"], EMAIL_HOST_PASSWORD)
LOGGING = logs.configuration()
DEFAULT_EXCEPTION_REPORTER = "pregonero.error_reporting.Reporter"
DEFAULT_EXCEPTION_REPORTER_FILTER = "pregonero.error_reporting.NoValues"
