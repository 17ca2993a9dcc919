"""The door for uvicorn."""

import os
import warnings

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accalmie.config.settings")
django.setup(set_prefix=False)

# WhiteNoise gives files as plain iterators; they are small, and Django's word on it is for developers.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

from accalmie.pages.upload import Guarded, takes_files  # noqa: E402  (it needs the settings)

application = Guarded(takes_files)
