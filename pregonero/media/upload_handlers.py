"""An upload handler that stops reading the files of a request at the size limit."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from pregonero.media.store import MAX_UPLOAD_BYTES


class BoundedUpload(FileUploadHandler):
    """Counts the bytes of all the files of a request; beyond the limit it discards the rest.

    It then sets `request.upload_too_large`, which the view must check.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received_bytes = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the chunk on to the next handler. Raises `StopUpload` beyond the limit."""
        self.received_bytes += len(raw_data)
        if self.received_bytes > MAX_UPLOAD_BYTES:
            self.request.upload_too_large = True  # type: ignore[union-attr]
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Return None: the next handler builds the file."""
