"""Settings shared by every environment.

Everything that differs between two installations comes from the environment
(see .env.example); what differs between two *kinds* of installation is in
dev.py, test.py and prod.py.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
environ.Env.read_env(env.str("ENV_FILE", str(BASE_DIR / ".env")))

SECRET_KEY = env.str("SECRET_KEY", "")
# The former ones, while what they signed or encrypted is still about; see docs/security/README.md.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
# The one address that QR codes, SMS and e-mails point to; no trailing slash.
PORTAL_URL = env.str("PORTAL_URL", "http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
CSRF_FAILURE_VIEW = "cotonou.core.views.csrf.failure"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "cotonou.portal.technical.TechnicalAdminConfig",  # django.contrib.admin
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "django_filters",
    "django_prometheus",
    "rest_framework",
    "drf_spectacular",
    "pgtrigger",
    "pghistory",
    "phonenumber_field",
    "cotonou.core",
    "cotonou.jobs",
    "cotonou.territory",
    "cotonou.audit",
    "cotonou.accounts",
    "cotonou.notifications",
    "cotonou.documents",
    "cotonou.formbuilder",
    "cotonou.ledger",
    "cotonou.payments",
    "cotonou.catalogue",
    "civil_acts",
    "cotonou.portal",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "cotonou.core.middleware.TlsForMachinesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages weigh a third of their size on a costly network; Django pads them against BREACH.
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cotonou.accounts.middleware.ActorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cotonou.core.middleware.DomainErrorMiddleware",
    "cotonou.core.middleware.NoNulMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "cotonou.urls"
WSGI_APPLICATION = "cotonou.wsgi.application"
FORM_RENDERER = "cotonou.core.forms.PortalRenderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cotonou.core.context_processors.portal",
                "cotonou.portal.context_processors.staff",
            ],
            "builtins": ["cotonou.core.templatetags.portal"],
        },
    },
]

# Three roles: the app may neither change the schema nor touch history; the
# owner runs migrations; the reader serves reports and may be a replica.
# An alias without its own URL falls back on the app's.
_APP_URL = env.str("DATABASE_URL", "postgres://portail_app@127.0.0.1:5432/portail")


def database(name: str) -> dict:
    config = env.db_url_config(env.str(name, _APP_URL), engine="django.db.backends.postgresql")
    config["DISABLE_SERVER_SIDE_CURSORS"] = env.bool("DATABASE_POOLED", False)
    config["CONN_MAX_AGE"] = 60
    config["CONN_HEALTH_CHECKS"] = True
    config.setdefault("OPTIONS", {})["connect_timeout"] = 5
    return config


DATABASES = {"default": database("DATABASE_URL")}
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", "")
DATABASE_READER_URL = env.str("DATABASE_READER_URL", "")
# Names used in grants; see cotonou/core/database.py.
DATABASE_APP_ROLE = "portail_app"
DATABASE_READER_ROLE = "portail_reader"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["full_name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "cotonou.accounts.passwords.ObviousPasswordValidator"},
]

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
# Of somebody logged in, whatever the cookie's age: see cotonou/accounts/sessions.py.
SESSION_IDLE_SECONDS = 3600
SESSION_ABSOLUTE_SECONDS = 12 * 3600
PASSWORD_RESET_TIMEOUT = 24 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]  # each in its own words
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["cotonou.core.formats"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "Africa/Porto-Novo"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    # Uploads and sealed PDFs: private, never under a public URL.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.str("MEDIA_ROOT", str(VAR_DIR / "media"))},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

WHITENOISE_ALLOW_ALL_ORIGINS = False
# Scripts, styles and images come from us; nothing inline, nothing evaluated.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

# Valkey is the broker and nothing else: losing it delays work, nothing more.
CELERY_BROKER_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_TASK_IGNORE_RESULT = True
# Where beat's own messages go: Celery's name for it, "celery", is a queue that no worker of ours reads.
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, float | str] = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
    # Else kombu retries the connection for 6 s whatever retry=False says; the sweep is our retry.
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "cotonou.core.api.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "cotonou.core.api.exception_handler",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Portail de la Ville de Cotonou",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "cotonou.core.api.describe",
    ],
}

PHONENUMBER_DEFAULT_REGION = "BJ"
PHONENUMBER_DB_FORMAT = "E164"

# Login by code on the phone or e-mail for citizens, password and second
# factor for staff. Limits live in PostgreSQL (axes), never in the broker.
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "cotonou.core.clients.client_ip"
AXES_USERNAME_CALLABLE = "cotonou.accounts.lockout.username"
AXES_LOCKOUT_CALLABLE = "cotonou.accounts.lockout.response"
AXES_HTTP_RESPONSE_CODE = 429
AXES_DISABLE_ACCESS_LOG = True  # the audit trail says who logged in
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]

LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "cotonou.portal.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*"]
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "none"  # nothing blocks on it; an unproved address opens nothing
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True  # the same length for everyone: SESSION_COOKIE_AGE
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Phone and e-mail open the account: who has a password, an application or a key shows it again first.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = ACCOUNT_PHONE_VERIFICATION_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = PORTAL_URL.split(":", 1)[0]
# Whole neighbourhoods share one address of a mobile operator: limits per address are wide.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "120/m/ip,30/5m/key",
    "signup": "120/m/ip",
    "request_login_code": "120/m/ip,3/m/key",
    "verify_phone": "120/m/ip,2/m/key",
    "reset_password": "60/m/ip,3/m/key",
    "change_phone": "3/m/user",
}
_LOGIN_FORMS = "cotonou.portal.login_forms"
ACCOUNT_FORMS = {
    "login": f"{_LOGIN_FORMS}.LoginForm",
    "signup": f"{_LOGIN_FORMS}.SignupForm",
    "confirm_login_code": f"{_LOGIN_FORMS}.ConfirmLoginCodeForm",
    "verify_phone": f"{_LOGIN_FORMS}.VerifyPhoneForm",
    "change_phone": f"{_LOGIN_FORMS}.ChangePhoneForm",
    "add_email": f"{_LOGIN_FORMS}.AddEmailForm",
    "change_password": f"{_LOGIN_FORMS}.ChangePasswordForm",
    "set_password": f"{_LOGIN_FORMS}.SetPasswordForm",
    "reset_password": f"{_LOGIN_FORMS}.ResetPasswordForm",
    "reset_password_from_key": f"{_LOGIN_FORMS}.ResetPasswordKeyForm",
    "reauthenticate": f"{_LOGIN_FORMS}.ReauthenticateForm",
}
MFA_ADAPTER = "cotonou.portal.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # when activating; later codes: cotonou.accounts.second_factor
MFA_ALLOW_UNVERIFIED_EMAIL = True  # accounts begin with a proved phone
MFA_FORMS = {
    "authenticate": f"{_LOGIN_FORMS}.MFAAuthenticateForm",
    "reauthenticate": f"{_LOGIN_FORMS}.MFAReauthenticateForm",
    "activate_totp": f"{_LOGIN_FORMS}.ActivateTOTPForm",
    "deactivate_totp": f"{_LOGIN_FORMS}.DeactivateTOTPForm",
    "generate_recovery_codes": f"{_LOGIN_FORMS}.GenerateRecoveryCodesForm",
    "add_webauthn": f"{_LOGIN_FORMS}.AddWebAuthnForm",
    "edit_webauthn": f"{_LOGIN_FORMS}.EditWebAuthnForm",
}
# Who may read /metrics: these networks, or whoever holds the token.
METRICS_ALLOW = env.list("METRICS_ALLOW", default=["127.0.0.0/8", "::1/128"])
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# Said at /.well-known/security.txt: mailto:… or https://…
SECURITY_CONTACT = env.str("SECURITY_CONTACT", "")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"},
    # What the {% cache %} tag keeps: in each process, gone when it restarts.
    "template_fragments": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST, EMAIL_PORT = env.str("EMAIL_HOST", "localhost"), env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_USER", ""), env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Ville de Cotonou <ne-pas-repondre@localhost>")

# Where the private keys of the seal and of the QR codes live; see documents.keys.
DOCUMENT_KEYS_PROVIDER = env.str("DOCUMENT_KEYS_PROVIDER", "file")
DOCUMENT_KEYS_DIR = env.str("DOCUMENT_KEYS_DIR", str(VAR_DIR / "keys"))
# Where bin/backup writes; verify_integrity compares with the heads it keeps there.
BACKUP_DIR = env.str("BACKUP_DIR", str(VAR_DIR / "backups"))
# clamd's socket; empty: no scanner, staff see rendered previews only.
CLAMD_SOCKET = env.str("CLAMD_SOCKET", "")
UPLOAD_MAX_BYTES = 8 * 1024 * 1024
UPLOAD_MAX_PIXELS = 50_000_000
UPLOAD_RETENTION_DAYS = env.int("UPLOAD_RETENTION_DAYS", 365)
# How long a personal number (NPI) is: no published text fixes it.
NPI_DIGITS = env.int("NPI_DIGITS", 10)
# Where the ANIP's unit hands its certificates over; empty: « à confirmer par la Mairie ».
UCIP_ADDRESS, UCIP_HOURS = env.str("UCIP_ADDRESS", ""), env.str("UCIP_HOURS", "")
FILE_UPLOAD_HANDLERS = [
    "cotonou.documents.handlers.TruncatingUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# How many proxies of ours stand before the web server; 0: the peer is the visitor.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

PAYMENT_PROVIDERS = env.list("PAYMENT_PROVIDERS", default=[])
SMS_GATEWAY = env.str("SMS_GATEWAY", "inbox")
# The "http" gateway; see cotonou/notifications/gateways/http.py.
SMS_HTTP_URL = env.str("SMS_HTTP_URL", "")
SMS_HTTP_TOKEN = env.str("SMS_HTTP_TOKEN", "")
SMS_HTTP_TIMEOUT = env.float("SMS_HTTP_TIMEOUT", 10.0)
SMS_SENDER = env.str("SMS_SENDER", "COTONOU")
MESSAGE_RETENTION_DAYS = env.int("MESSAGE_RETENTION_DAYS", 365)
EMAIL_TIMEOUT = 10
# Demonstration data may be made and /demo/ pages are served.
DEMO = False

LOGGING_CONFIG = None  # structlog: cotonou/core/logs.py configures it
from cotonou.core import logs  # noqa: E402

logs.configure(env.str("LOG_LEVEL", "INFO"))
