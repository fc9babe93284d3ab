"""X API v2 as its public documents describe it: posts, reads, media, replies."""

from lab.x.dialect import DIALECT

__all__ = ["DIALECT"]
