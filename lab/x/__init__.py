"""X API v2 as its public documents describe it: posts, reads, media, replies."""

from lab.x.api import DIALECT

__all__ = ["DIALECT"]
