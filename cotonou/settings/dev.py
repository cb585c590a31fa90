"""The embedded default and the demonstration city. Never in production."""

from cotonou.settings.base import *  # noqa: F403
from cotonou.settings.base import VAR_DIR, env

SECRET_KEY = env.str("SECRET_KEY", "dev-only-not-secret-" + "x" * 40)
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.list("DEV_ALLOWED_HOSTS", default=[])]
DEMO = True
PAYMENT_PROVIDERS = env.list("PAYMENT_PROVIDERS", default=["fake"])
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STATIC_ROOT = VAR_DIR / "static"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys over http://localhost
