"""PDF documents as evidence: which are taken. They are stored in the database as they came, and only shown as PDF."""

from django.core.files.uploadedfile import UploadedFile

from pregonero.errors import Refused

MAX_BYTES = 10 * 1024 * 1024
START, END = b"%PDF-", b"%%EOF"
ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")


def is_pdf(file: "UploadedFile[bytes]") -> bool:
    """Return whether an uploaded file begins as a PDF, whatever its name says."""
    beginning: bytes = file.read(len(START))
    file.seek(0)
    return beginning == START


def read_pdf(file: "UploadedFile[bytes]") -> bytes:
    """Return the bytes of an uploaded PDF. Raises `Refused` for one too large, cut short, or with programs in it."""
    if (file.size or 0) > MAX_BYTES:
        raise Refused(f"El PDF pesa más de {MAX_BYTES // 1024**2} MB: no se recibe.")
    content: bytes = file.read()
    if END not in content[-1024:]:
        raise Refused("El PDF está cortado: guárdalo otra vez y súbelo.")
    if any(name in content for name in ACTIVE):
        raise Refused("El PDF trae programas o archivos adentro: imprímelo como PDF y súbelo.")
    return content
