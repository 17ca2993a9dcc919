"""The one Django app that owns all tables."""

from django.apps import AppConfig


class Records(AppConfig):
    """All tables of Accalmie, under the label `records`."""

    name = "accalmie.records"
    label = "records"
    verbose_name = "Accalmie"
    default_auto_field = "django.db.models.BigAutoField"
