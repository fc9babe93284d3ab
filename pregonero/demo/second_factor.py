"""The second factor of the demonstration's people: one key for all, which is made once for each installation."""

from datetime import datetime
from pathlib import Path

from django.conf import settings

from pregonero.errors import NotFound
from pregonero.people.security import totp


def demo_secret() -> str:
    """Return the key of the code application of every demonstration person."""
    path = _path()
    if not path.exists():
        whole = path.with_name(".demo-second-factor.new")
        whole.touch(mode=0o600)
        whole.write_text(totp.new_secret(), encoding="utf-8")
        whole.rename(path)
    return path.read_text(encoding="utf-8")


def code_sentence(now: datetime) -> str:
    """Return the code of this moment and how long it lasts. Raises `NotFound` without the demonstration's data."""
    if not _path().exists():
        raise NotFound("Esta instalación no tiene la demostración: cada persona usa su propia aplicación de códigos.")
    left = totp.STEP - int(now.timestamp()) % totp.STEP
    code = totp.code_at(demo_secret(), totp.step_of(now))
    return f"{code}  (sirve {left} s más, una vez a cada persona)"


def _path() -> Path:
    folder: Path = settings.DATA_DIR
    return folder / "demo-second-factor"
