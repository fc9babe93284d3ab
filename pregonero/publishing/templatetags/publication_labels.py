"""Filters of the list of publications."""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from pregonero.publishing.queries.publication_list import END, MARK
from pregonero.ui.templatetags.ui_components import number

register = template.Library()


@register.filter
def marked(text: str) -> SafeString:
    """Return a text as safe HTML, with each word that was found in a `mark` element."""
    html = escape(text).replace(MARK, '<mark class="hit">').replace(END, "</mark>")
    return mark_safe(html)  # noqa: S308  escaped just before


@register.filter
def found_label(count: int, text: str) -> str:
    """Return "14 resultados para «exportar»", or "14 publicaciones" without a text."""
    if text:
        return f"{number(count)} {'resultado' if count == 1 else 'resultados'} para «{text}»"
    return f"{number(count)} {'publicación' if count == 1 else 'publicaciones'}"
