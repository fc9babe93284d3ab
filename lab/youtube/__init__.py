"""YouTube Data API v3: resumable upload, the change from private to public, thumbnails, channels, comments."""

from lab.youtube.api import DIALECT

__all__ = ["DIALECT"]
