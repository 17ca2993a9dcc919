"""Settings of the test run: a data folder of its own, and the database that is asked for.

ACCALMIE_TEST_DATABASE=postgresql starts a PostgreSQL server for this run and ends it afterwards; without it,
the tests run on SQLite. `make test` does both.
"""

import atexit
import os
import shutil
import tempfile

for name in [
    name for name in os.environ if name.startswith("ACCALMIE_") and name != "ACCALMIE_TEST_DATABASE"
]:
    del os.environ[name]
_asked = os.environ.pop("ACCALMIE_TEST_DATABASE", "sqlite")
_folder = tempfile.mkdtemp(prefix="accalmie-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["ACCALMIE_DATA"] = _folder
if _asked == "postgresql":
    from tests.servers import postgresql

    os.environ["ACCALMIE_DATABASE"] = postgresql.start()

from accalmie.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
