"""The page's own list of blocked words: its setting PAGE_MODERATION_BLACKLIST (FB-4, docs/networks/facebook.md).

Facebook hides by itself the comments that have one of these words. The setting is one text with commas; empty, null.
"""

import json
from collections.abc import Sequence

from pregonero.networks.base import ApiCredentials, Permanent
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook.graph import Graph
from pregonero.networks.facebook.network import CAPABILITIES, ENDPOINTS, ERRORS

SETTING = "PAGE_MODERATION_BLACKLIST"
MOST_SETTINGS = 100


class FacebookWordList:
    """Reads and replaces the list of a page, and no other setting."""

    def joined(self, words: Sequence[str]) -> str:
        """Return the words as the setting has them. Raises `Permanent` when Facebook would not take so many."""
        limit = CAPABILITIES.limits["blocked_words"].value
        if len(words) > limit:
            raise Permanent(f"Facebook recibe hasta {limit} palabras y la lista tiene {len(words)}.", code="too_many")
        return ",".join(words)

    def read(self, credentials: ApiCredentials) -> list[str]:
        """Return the words of the page's list. Raises `NetworkError`."""
        with mapped_errors(ERRORS, public=False):
            settings = Graph(credentials, ENDPOINTS).list(credentials.remote_id, "settings", limit=MOST_SETTINGS)
            values = [setting.get("value") for setting in settings if setting.get("setting") == SETTING]
        return [word.strip() for word in str(values[0] or "").split(",") if word.strip()] if values else []

    def write(self, credentials: ApiCredentials, text: str) -> None:
        """Replace the page's list; the same text twice is one change. Raises `NetworkError`."""
        with mapped_errors(ERRORS, public=False):
            answer = Graph(credentials, ENDPOINTS).post(
                credentials.remote_id, "settings", option=json.dumps({SETTING: text}, ensure_ascii=False)
            )
            if answer.get("success") is not True:
                raise ValueError("Facebook did not answer that the setting was changed")
