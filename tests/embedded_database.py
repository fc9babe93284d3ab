"""Gives each run of the tests a PostgreSQL of its own: the embedded one in a temporary folder, or `DATABASE_URL`.

Loaded with `-p`, before Django reads its settings. Workers of pytest-xdist use their controller's server.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("PREGONERO_DEBUG", "1")  # static files by their plain names, no collectstatic

if "PREGONERO_TEST_FOLDER" not in os.environ:
    folder = Path(tempfile.mkdtemp(prefix="pregonero-test-"))
    folder.chmod(0o755)
    (folder / "static").mkdir()
    os.environ["PREGONERO_TEST_FOLDER"] = os.environ["PREGONERO_DATA"] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if not os.environ.get("DATABASE_URL"):
        from pregonero import embedded_postgres

        atexit.register(embedded_postgres.stop, embedded_postgres.start(durable=False))
