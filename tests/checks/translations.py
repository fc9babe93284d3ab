"""pregonero/locale: the compiled catalogues that gettext reads, made from the readable ones (`make fix`)."""

import gettext
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "pregonero" / "locale" / "es" / "LC_MESSAGES").glob("*.po"))


def check() -> list[str]:
    """Return a problem for each compiled catalogue that lacks a sentence of its source, or has another."""
    return [
        f"{source.with_suffix('.mo').relative_to(ROOT)}: falta rehacerlo: make fix"
        for source in SOURCES
        if not _is_current(source)
    ]


def _is_current(source: Path) -> bool:
    done = source.with_suffix(".mo")
    return done.exists() and sentences(done.read_bytes()) == sentences(compiled(source))


def compiled(source: Path) -> bytes:
    """Return the compiled form of a catalogue."""
    output = BytesIO()
    with source.open("rb") as lines:
        write_mo(output, read_po(lines, locale="es"))
    return output.getvalue()


def sentences(catalogue: bytes) -> dict[object, str]:
    """Return the translations of a compiled catalogue, without its header, which has dates."""
    translations: dict[object, str] = vars(gettext.GNUTranslations(BytesIO(catalogue)))["_catalog"]
    return {key: value for key, value in translations.items() if key}


if __name__ == "__main__":
    for source in SOURCES:
        source.with_suffix(".mo").write_bytes(compiled(source))
