"""The text of a post in a preview: the words that its network marks, the excess over the limit, and the folded part."""

from collections.abc import Iterable
from typing import Protocol

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

MORE = format_html('<span class="pv-more">{}</span> ', "… más")
OVER = format_html('<span class="sr">{}</span>', " (desde aquí sobra) ")


class Piece(Protocol):
    """A stretch of a text as it is shown."""

    kind: str
    shown: str
    whole: str
    is_over: bool
    is_folded: bool


@register.filter
def post_text(pieces: Iterable[Piece]) -> SafeString:
    """Return the text of a post as HTML without links: CSS shows its line breaks."""
    html: list[str] = []
    was_over = was_folded = False
    for piece in pieces:
        if piece.is_folded and not was_folded:
            html.append(MORE)
        if piece.is_over and not was_over:
            html.append(OVER)
        html.append(_piece(piece))
        was_over, was_folded = piece.is_over, piece.is_folded
    return mark_safe("".join(html))  # noqa: S308  each part was escaped


def _piece(piece: Piece) -> SafeString:
    html = format_html("{}", piece.shown)
    if piece.kind:
        whole = format_html(' title="{}"', piece.whole) if piece.shown != piece.whole else ""
        html = format_html('<span class="pv-mark pv-{}"{}>{}</span>', piece.kind, whole, html)
    if piece.is_over:
        html = format_html('<mark class="over">{}</mark>', html)
    return format_html('<span class="pv-rest">{}</span>', html) if piece.is_folded else html
