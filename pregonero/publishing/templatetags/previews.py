"""The tag that gives the previews of a publication's posts on one account."""

from django import template

from pregonero.publishing.models import Adaptation
from pregonero.publishing.previews import Preview, previews_of
from pregonero.publishing.sources import Source

register = template.Library()


@register.simple_tag
def post_previews(adaptation: Adaptation, source: Source) -> list[Preview]:
    """Return the preview of each part of an adaptation, to be included with its own `templates`."""
    return previews_of(adaptation, source)
