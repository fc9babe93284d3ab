"""What a source says of one news item, whatever kind of source it is."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

TITLE_LIMIT = 300
SUMMARY_LIMIT = 2000
ITEMS_LIMIT = 500  # of one reading; a news page or a feed shows far fewer


@dataclass(frozen=True)
class Item:
    """One news item as a source shows it: plain text, canonical links, an aware date or none."""

    address: str
    title: str
    guid: str = ""
    summary: str = ""
    section: str = ""
    published_at: datetime | None = None
    picture: str = ""
    picture_alt: str = ""
    reference: str = ""

    @property
    def digest(self) -> str:
        """Return the digest of what the public reads: when it changes, the news was edited."""
        return digest_of(self.title, self.summary)


def digest_of(*parts: str) -> str:
    """Return the SHA-256 of texts, in hexadecimal."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
