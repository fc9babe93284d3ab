"""Filters of the publishing pages: Spanish labels, addresses and post texts."""

from datetime import date, datetime
from urllib.parse import urlsplit

from django import template
from django.utils import timezone
from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe

from pregonero.errors import Issue
from pregonero.media.models import Medium, MediumKind
from pregonero.media.signed_addresses import signed_address
from pregonero.networks.base import Capabilities
from pregonero.networks.post_validation import MEGABYTE, decimal, number
from pregonero.publishing.editor import AccountPart, Editor
from pregonero.publishing.editor_problems import target_of
from pregonero.publishing.forms import MinuteForm
from pregonero.publishing.previews import excess_of
from pregonero.ui.templatetags.ui_time import day_short, weekday

register = template.Library()
LONGEST_EXCESS = 60  # characters shown of what exceeds a limit


@register.filter
def count_note(capabilities: Capabilities) -> str:
    """Return how a network counts characters, when links and emoji count differently."""
    link = capabilities.limits.get("link_length")
    return f"un enlace cuenta {link.value}, un emoji cuenta 2" if link else ""


@register.filter
def minute_label(minute: MinuteForm, now: datetime) -> str:
    """Return the day and hour of a form: "hoy 11:30", "mañana 08:00", "mié 2 dic 10:00"; as written if it is wrong."""
    day, hour = minute["day"].value(), minute["hour"].value()
    try:
        date_of = date.fromisoformat(str(day))
    except ValueError:
        return f"{day or ''} {hour or ''}".strip()
    days = (date_of - timezone.localdate(now)).days
    name = {0: "Hoy", 1: "Mañana"}.get(days) or f"{weekday(date_of)[:3]} {day_short(date_of)}".capitalize()
    return f"{name} {hour or ''}".strip()


@register.filter
def length_note(part: AccountPart) -> str:
    """Return what exceeds the limit, to be found in the text: "sobra «rtarEsCrecer»"; or how the network counts."""
    excess = " ".join(excess_of(part.adaptation.account.network, part.adaptation.text).split())
    if not excess:
        return count_note(part.capabilities)
    return f"sobra «{excess}»" if len(excess) <= LONGEST_EXCESS else f"sobra desde «{excess[:LONGEST_EXCESS]}…»"


@register.filter
def readiness(editor: Editor) -> str:
    """Return how far a publication is from being ready: "2 por corregir", "listo", "listo, con 1 aviso"."""
    if editor.blocking:
        return f"{editor.blocking} por corregir"
    if not editor.warnings:
        return "listo"
    return f"listo, con {editor.warnings} {'aviso' if editor.warnings == 1 else 'avisos'}"


@register.filter
def readiness_state(editor: Editor) -> str:
    """Return the state of the chip that says it."""
    if editor.blocking:
        return "bad"
    return "wait" if editor.warnings else "ok"


@register.filter
def target(issue: Issue, part: AccountPart) -> str:
    """Return the id of the element where an issue of an account is fixed."""
    return target_of(issue, part)


@register.filter
def medium_address(medium: Medium) -> str:
    """Return the address of a medium on this installation, for our own pages."""
    return urlsplit(signed_address(medium)).path


@register.filter
def medium_label(medium: Medium) -> str:
    """Return the description of a file: "Imagen de 1.080 × 1.080, 200 kB"."""
    duration = f" y {decimal(medium.seconds)} segundos" if medium.kind == "video" else ""
    name = str(medium.get_kind_display()).capitalize()
    return f"{name} de {number(medium.width)} × {number(medium.height)}{duration}, {_weight(medium.size)}"


@register.filter
def is_taken_by(medium: Medium, capabilities: Capabilities) -> bool:
    """Return whether a network takes files of this kind."""
    return capabilities.takes_pictures if medium.kind == MediumKind.PICTURE else capabilities.takes_video


def _weight(size: int) -> str:
    return f"{decimal(size / MEGABYTE)} MB" if size >= MEGABYTE else f"{max(1, round(size / 1000))} kB"


@register.filter
def post_html(text: str) -> SafeString:
    """Return a post's text as safe HTML with shortened links. CSS shows its line breaks."""
    return mark_safe(urlize(escape(text), trim_url_limit=32))  # noqa: S308  escaped just before
