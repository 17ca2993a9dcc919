"""All settings: from the environment, or from `accalmie.env` in the data folder, each with a default.

The table of them is `config.options`; `docs/operations.md` lists the same (a test holds it to that).
"""

from __future__ import annotations

from accalmie.config.options import OPTIONS, data_folder, database, installation_key, load

options = load()
DATA = data_folder(options)
DEBUG = options["ACCALMIE_DEBUG"] == "yes"

SECRET_KEY, SECRETS_KEY = installation_key(DATA)
HOST, PORT = options["ACCALMIE_HOST"], int(options["ACCALMIE_PORT"])
ALLOWED_HOSTS = [h.strip() for h in options["ACCALMIE_HOSTS"].split(",") if h.strip()]
CSRF_TRUSTED_ORIGINS = [o.strip() for o in options["ACCALMIE_ORIGINS"].split(",") if o.strip()]
HTTPS = options["ACCALMIE_HTTPS"] == "yes"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_NAME = "accalmie_session"
CSRF_COOKIE_NAME = "accalmie_csrf"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "accalmie.records",
    "accalmie.pages",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accalmie.pages.middleware.content_policy",
    "accalmie.pages.middleware.person",
]

ROOT_URLCONF = "accalmie.config.urls"
ASGI_APPLICATION = "accalmie.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accalmie.pages.shell.shell",
            ]
        },
    }
]

DATABASES = {"default": database(options, DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "records.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

CSRF_FAILURE_VIEW = "accalmie.pages.shell.not_from_here"
ACCOUNT_ADAPTER = "accalmie.pages.signin.Adapter"
ACCOUNT_FORMS = {
    "login": "accalmie.pages.signin.SignInForm",
    "change_password": "accalmie.pages.signin.PasswordForm",
    "reauthenticate": "accalmie.pages.signin.AgainForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("de", "Deutsch")]
LANGUAGE_COOKIE_NAME = "accalmie_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
#: Files with a hash in their name never change.
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}\.js$"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "accalmie.pages.chart_library.LibraryFinder",
]
#: No page takes files but the one of imports, which brings its own handler: to a file, within the limit.
FILE_UPLOAD_HANDLERS = ["accalmie.pages.upload.NoFiles"]
FILE_UPLOAD_TEMP_DIR = str(DATA / "uploads")
UPLOAD_LIMIT_BYTES = int(options["ACCALMIE_UPLOAD_LIMIT_MB"]) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

PRIVATE_NETWORK_ALLOWED = options["ACCALMIE_ALLOW_PRIVATE_NETWORK"] == "yes"

LOGGING_CONFIG = None
SILENCED_SYSTEM_CHECKS: list[str] = []
_ = OPTIONS
