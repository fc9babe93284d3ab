"""pregonero/locale: the compiled catalogue that gettext reads, made from the readable one (`make fix`)."""

import gettext
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "pregonero" / "locale" / "es" / "LC_MESSAGES" / "messages.po"
COMPILED = SOURCE.with_suffix(".mo")


def check() -> list[str]:
    """Return a problem if the compiled catalogue lacks a sentence of its source, or has another."""
    if not COMPILED.exists() or sentences(COMPILED.read_bytes()) != sentences(compiled()):
        return [f"{COMPILED.relative_to(ROOT)}: falta rehacerlo: make fix"]
    return []


def compiled() -> bytes:
    """Return the compiled form of the source."""
    output = BytesIO()
    with SOURCE.open("rb") as source:
        write_mo(output, read_po(source, locale="es"))
    return output.getvalue()


def sentences(catalogue: bytes) -> dict[object, str]:
    """Return the translations of a compiled catalogue, without its header, which has dates."""
    translations: dict[object, str] = vars(gettext.GNUTranslations(BytesIO(catalogue)))["_catalog"]
    return {key: value for key, value in translations.items() if key}


if __name__ == "__main__":
    COMPILED.write_bytes(compiled())
