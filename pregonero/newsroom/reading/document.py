"""A downloaded page or feed, before it is parsed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Document:
    """A downloaded document. `address` is the final one, after redirects; `body` is empty if it went to a file.

    `etag` and `last_modified` are for the next conditional request; `is_unchanged` is its 304 response.
    """

    address: str
    body: bytes
    mime: str
    charset: str
    etag: str
    last_modified: str
    is_unchanged: bool
