"""PDF documents as evidence: which are taken. They are stored in the database as they came, and only shown as PDF."""

from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files.uploadedfile import UploadedFile

from pregonero.errors import Refused
from pregonero.media.sandbox.runner import INSPECTION_LIMITS, run

MAX_BYTES = 10 * 1024 * 1024
START, END = b"%PDF-", b"%%EOF"


def is_pdf(file: "UploadedFile[bytes]") -> bool:
    """Return whether an uploaded file begins as a PDF, whatever its name says."""
    beginning: bytes = file.read(len(START))
    file.seek(0)
    return beginning == START


def read_pdf(file: "UploadedFile[bytes]") -> bytes:
    """Return the bytes of an uploaded PDF. Raises `Refused` for one too large, damaged, or that does more than show
    its pages."""
    if (file.size or 0) > MAX_BYTES:
        raise Refused(f"El PDF pesa más de {MAX_BYTES // 1024**2} MB: no se recibe.")
    content: bytes = file.read()
    if END not in content[-1024:]:
        raise Refused("El PDF está cortado: guárdalo otra vez y súbelo.")
    with NamedTemporaryFile(suffix=".pdf") as copy:
        copy.write(content)
        copy.flush()
        run("pdf", Path(copy.name), INSPECTION_LIMITS)
    return content
