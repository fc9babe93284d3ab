"""Responses with files that other people made: a PDF that only opens as a PDF, and anything else only downloaded."""

from pathlib import Path

from django.http import FileResponse
from django.utils.http import content_disposition_header

# The browser's own viewer is an object with a style of its own; nothing else is loaded, and no script runs.
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
CLOSED_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def pdf_headers(name: str) -> dict[str, str]:
    """Return the headers with which a browser opens a PDF, and nothing but a PDF."""
    return _headers(f"{name.removesuffix('.pdf') or 'documento'}.pdf", PDF_POLICY, is_download=False)


def pdf_response(path: Path, name: str) -> FileResponse:
    """Return a PDF to be opened. Raises `FileNotFoundError`."""
    return FileResponse(path.open("rb"), content_type="application/pdf", headers=pdf_headers(name))


def download_response(path: Path, name: str) -> FileResponse:
    """Return a file to be downloaded, whatever it is. Raises `FileNotFoundError`."""
    headers = _headers(name, CLOSED_POLICY, is_download=True)
    return FileResponse(path.open("rb"), content_type="application/octet-stream", headers=headers)


def _headers(name: str, policy: str, *, is_download: bool) -> dict[str, str]:
    disposition = content_disposition_header(as_attachment=is_download, filename=name)
    return {
        "Content-Disposition": disposition or ("attachment" if is_download else "inline"),
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
    }
