"""What people upload, counted while it comes in: too much is let go by, and never fills the disk."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from pregonero.newsroom.reading.media_store import LARGEST


class BoundedUpload(FileUploadHandler):
    """Stops taking a request's files once they are more than what is kept; the rest is read and thrown away."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Let a piece go on to who keeps it, while there is room."""
        self.taken += len(raw_data)
        if self.taken > LARGEST:
            assert self.request is not None  # noqa: S101  Django gives it before the first piece
            self.request.too_heavy = True  # type: ignore[attr-defined]
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Nothing is kept here."""
