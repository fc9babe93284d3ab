"""Upload handlers: they stop reading files at the size limit, take none of a stranger, and clean the names of files."""

import re
from typing import Any

from django.core.files.uploadhandler import (
    FileUploadHandler,
    MemoryFileUploadHandler,
    SkipFile,
    StopUpload,
    TemporaryFileUploadHandler,
)

from pregonero.media.store import MAX_UPLOAD_BYTES

# Control characters, and those that reverse the text on the screen: with them «fdp.exe» is read as «exe.pdf».
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
NAMELESS = "archivo"


class BoundedUpload(FileUploadHandler):
    """Counts the bytes of all the files of a request; beyond the limit it discards the rest.

    It then sets `request.upload_too_large`, which the view must check.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received_bytes = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Skip the files of somebody who is not signed in (`ui/body_limits.py`): the other handlers never see them."""
        super().new_file(*args, **kwargs)
        if getattr(self.request, "drops_files", False):
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the chunk on to the next handler. Raises `StopUpload` beyond the limit."""
        self.received_bytes += len(raw_data)
        if self.received_bytes > MAX_UPLOAD_BYTES:
            self.request.upload_too_large = True  # type: ignore[union-attr]
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Return None: the next handler builds the file."""


def plain_name(name: str) -> str:
    """Return the name of a file as it is seen, without characters that hide or turn a part of it."""
    return HIDDEN.sub("", name).strip() or NAMELESS


class _PlainName(FileUploadHandler):
    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, plain_name(file_name), *args, **kwargs)


class MemoryUpload(_PlainName, MemoryFileUploadHandler):
    """Keeps a small file in memory."""


class TemporaryUpload(_PlainName, TemporaryFileUploadHandler):
    """Writes a large file to the disk."""
