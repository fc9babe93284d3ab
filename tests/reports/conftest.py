"""Fixtures shared with the tests of publishing."""

from tests.publishing.conftest import accounts, candidate, news, picture, video

__all__ = ["accounts", "candidate", "news", "picture", "video"]
