"""What may come with a need."""

from collections.abc import Iterable

from pregonero.errors import Refused

MOST_FILES = 5
MOST_BYTES = 10 * 1024 * 1024  # of one file


def check_files(files: Iterable[tuple[str, int]]) -> None:
    """Raise `Refused` if the files, each with its name and its bytes, are too many or too large."""
    sizes = list(files)
    if len(sizes) > MOST_FILES:
        raise Refused(f"Son más de {MOST_FILES} archivos: envía los demás cuando el Grupo te responda.")
    for name, size in sizes:
        if size > MOST_BYTES:
            raise Refused(f"«{name}» pesa más de 10 MB: envíalo cuando el Grupo te responda.")
