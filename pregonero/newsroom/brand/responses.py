"""How a version of a file is given back: a PDF opens as a PDF, and anything else is only downloaded."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse

from pregonero.media.safe_response import download_response, pdf_response
from pregonero.newsroom.brand_models import BrandVersion, Opening


def version_response(version: BrandVersion, *, is_download: bool) -> FileResponse:
    """Return a version to be opened or downloaded. Raises `FileNotFoundError`."""
    path, name = Path(settings.MEDIA_FOLDER) / version.stored, version.file.name
    if version.opening == Opening.PDF and not is_download:
        return pdf_response(path, name)
    return download_response(path, name)
