"""Typed readers of the environment: each setting is read once, and nonsense stops with a hint.

A secret may also come from a file: `NAME_FILE=/run/secrets/name` is read when `NAME` is absent.
"""

import os
from pathlib import Path


class BadSetting(SystemExit):
    """A setting that cannot be used; the message says which and what it takes."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(f"{name}: {hint}")


def text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that `NAME_FILE` names, or the default."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return default
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(f"{name}_FILE", f"no se puede leer el archivo {path} ({error.strerror}).") from error


def number(name: str, default: float) -> float:
    """Return a number, 0 or more."""
    value = text(name)
    if not value:
        return default
    try:
        result = float(value)
    except ValueError as error:
        raise BadSetting(name, f"debe ser un número; dice «{value}».") from error
    if result < 0:
        raise BadSetting(name, "no puede ser negativo.")
    return result


def flag(name: str, *, default: bool) -> bool:
    """Return yes or no: 1, true, yes, si, sí / 0, false, no."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "si", "sí"}:
        return True
    if value in {"0", "false", "no"}:
        return False
    raise BadSetting(name, f"debe ser sí o no; dice «{value}».")


def words(name: str, default: str = "") -> list[str]:
    """Return a list, from words separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
