"""The tag that shows a stored image or video small: {% load thumbnails %}{% thumbnail news.picture "row" %}."""

from typing import Any

from django import template

from pregonero.media.models import Medium, MediumKind
from pregonero.media.thumbnails import thumbnail_of

register = template.Library()


@register.inclusion_tag("media/thumbnail.html")
def thumbnail(medium: Medium | None, shape: str = "row", alt: str = "") -> dict[str, Any]:
    """Show a small version of a file; without a file, an empty box of the same size.

    `shape` is "row" (64 × 36), "small", "large", "square", or "wide", which fills its column with its own proportion.
    """
    is_video = medium is not None and medium.kind == MediumKind.VIDEO
    shown = thumbnail_of(medium, shape) if medium is not None else None
    return {"it": shown, "shape": shape, "alt": alt, "is_video": is_video}
