"""The same accounts and news as publishing's."""

from tests.publishing.conftest import accounts, candidate, news, picture, video

__all__ = ["accounts", "candidate", "news", "picture", "video"]
