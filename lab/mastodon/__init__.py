"""Mastodon's API as its public documents describe it: posts with their key, media, own posts, replies."""

from lab.mastodon.api import DIALECT

__all__ = ["DIALECT"]
