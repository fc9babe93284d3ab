"""Typed readers of environment variables; an invalid value ends the process with a hint.

A value can also come from a file: `NAME_FILE=/run/secrets/name` is read when `NAME` is not set.
"""

import os
from pathlib import Path


class BadSetting(SystemExit):
    """A setting has an invalid value; the message names the setting and the valid values."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(f"{name}: {hint}")


def text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file named by `NAME_FILE`, or the default."""
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
    """Return a non-negative number."""
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
    """Return a boolean: 1, true, yes, si, sí / 0, false, no."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "si", "sí"}:
        return True
    if value in {"0", "false", "no"}:
        return False
    raise BadSetting(name, f"debe ser sí o no; dice «{value}».")


def items(name: str, default: str = "") -> list[str]:
    """Return the items of a list separated by commas."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]
