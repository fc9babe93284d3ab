"""How the pages of publications word and draw what the queries return."""

from urllib.parse import urlencode, urlsplit

from django import template
from django.urls import reverse
from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe

from pregonero.networks.base import Capabilities
from pregonero.networks.registry import connector
from pregonero.newsroom.models import Medium
from pregonero.publishing.content import media_address
from pregonero.publishing.queries.programme import Day, Waiting

register = template.Library()

NUMBERS = ("ninguna", "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez")


@register.filter
def programme_words(day: Day) -> str:
    """Return the day in a sentence: "Nueve publicaciones. Un choque o repetición, tres noticias sin programar."."""
    parts = []
    if day.troubles:
        parts.append(f"{_count(day.troubles)} con choque o tema repetido")
    if day.waiting:
        parts.append(f"{_count(len(day.waiting))} sin programar")
    plural = "publicación" if day.publications <= 1 else "publicaciones"
    said = f"{_count(day.publications).capitalize()} {plural}."
    return f"{said} {', '.join(parts).capitalize()}." if parts else said


def _count(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


@register.filter
def waiting_link(item: Waiting) -> str:
    """Return where something that waits is programmed, with the hour proposed for it."""
    query = {"hora": f"{item.proposal.at:%H:%M}"} if item.proposal else {}
    if item.publication is not None:
        address = reverse("publishing:editor", args=[item.publication.pk])
    else:
        address, query = reverse("publishing:start"), {"noticia": str(item.news.pk), **query}
    return f"{address}?{urlencode(query)}" if query else address


@register.filter
def count_note(capabilities: Capabilities) -> str:
    """Return how a network counts, when it is not one by one."""
    link = capabilities.limits.get("link_length")
    return f"un enlace cuenta {link.value}, una emoji 2" if link else ""


@register.filter
def medium_address(medium: Medium) -> str:
    """Return the address of a medium on this installation, for our own pages."""
    return urlsplit(media_address(medium)).path


@register.filter
def domain(link: str) -> str:
    """Return the domain that a card shows."""
    return urlsplit(link).hostname or ""


@register.filter
def post_html(text: str) -> SafeString:
    """Return a post's text as HTML: escaped, its links short as the networks show them; its lines are kept by CSS."""
    return mark_safe(urlize(escape(text), trim_url_limit=32))  # noqa: S308  escaped just before


@register.filter
def shows_card(network: str) -> bool:
    """Return whether a network shows the link as a card beside the text."""
    return connector(network).capabilities.link_beside
