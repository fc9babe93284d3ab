"""What a PDF holds besides its pages: programs, files inside, and acts that open or send something by themselves.

It is read as viewers read it, with its object streams decompressed and its names without escapes.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from pregonero.media.errors import MalformedFile, UnsupportedFile

# ISO 32000-2, tables 29, 31, 43 and 201, and annex M: keys of dictionaries, and the kinds that they name.
ACTIVE = frozenset({
    "/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/AF", "/RichMedia", "/RichMediaContent",
    "/XFA", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound", "/3D",
})  # fmt: skip
KINDS = ("/S", "/Type", "/Subtype")


def inspect_pdf(job: dict[str, Any]) -> dict[str, Any]:
    """Return how many pages a PDF has. Raises `MalformedFile` for one that is damaged, and `UnsupportedFile` for one
    that asks for a password or does more than show its pages."""
    try:
        with pikepdf.open(Path(job["path"])) as document:
            pages = len(document.pages)
            active = sorted(set(_active_names(document)))
            problems = document.get_warnings()
    except pikepdf.PasswordError:
        raise UnsupportedFile("El PDF pide contraseña: súbelo sin ella.") from None
    except pikepdf.PdfError:
        raise MalformedFile("El PDF está dañado o cortado: guárdalo otra vez y súbelo.") from None
    if active:
        raise UnsupportedFile("El PDF trae programas o archivos adentro: imprímelo como PDF y súbelo.")
    if problems or not pages:  # two programs that repair a damaged file may see different things in it
        raise MalformedFile("El PDF está dañado o cortado: guárdalo otra vez y súbelo.")
    return {"pages": pages}


def _active_names(document: pikepdf.Pdf) -> Iterator[str]:
    """Yield what is active in a document, whichever part of it refers to it."""
    waiting: list[Any] = [*document.objects, document.trailer]
    while waiting:
        value = waiting.pop()
        if isinstance(value, pikepdf.Stream):
            value = value.stream_dict
        if isinstance(value, pikepdf.Array):
            waiting += [one for one in value if _is_inside(one)]
        elif isinstance(value, pikepdf.Dictionary):
            yield from ACTIVE.intersection(value.keys())
            yield from ACTIVE.intersection(
                str(value[kind]) for kind in KINDS if isinstance(value.get(kind), pikepdf.Name)
            )
            waiting += [one for one in value.as_dict().values() if _is_inside(one)]


def _is_inside(value: Any) -> bool:
    """Whether a value is written inside the one that holds it; the others are in the list of objects."""
    return isinstance(value, (pikepdf.Array, pikepdf.Dictionary, pikepdf.Stream)) and not value.is_indirect
