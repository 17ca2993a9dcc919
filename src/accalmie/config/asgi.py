"""The door for uvicorn."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accalmie.config.settings")
django.setup(set_prefix=False)

from accalmie.pages.upload import Guarded, takes_files  # noqa: E402  (it needs the settings)

application = Guarded(takes_files)
