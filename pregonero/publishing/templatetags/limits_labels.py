"""Filters of the page of limits: amounts, money, and the source of each figure, in Spanish."""

from datetime import datetime

from django import template
from django.utils import timezone

from pregonero.networks.post_validation import number
from pregonero.networks.rate_limits.capacity import BY_NETWORK, BY_PERSON, QuotaStatus
from pregonero.networks.rate_limits.policy import Unit, dollars
from pregonero.outbox.queries.limits import QuotaLine
from pregonero.ui.templatetags.ui_time import ago

register = template.Library()


register.filter("dollars", dollars)


@register.filter
def amount(value: int, unit: str) -> str:
    """Return a figure with its unit."""
    if unit == Unit.MONEY:
        return dollars(value)
    return f"{number(value)} %" if unit == Unit.PERCENT else number(value)


@register.filter
def owner_label(line: QuotaLine) -> str:
    """Return whose quota it is: of one account, or of all the accounts of its network."""
    return "de todas las cuentas" if line.is_shared else f"de @{line.account.handle}"


@register.filter
def used_label(line: QuotaLine) -> str:
    """Return how much of a quota is used, and of how much; a percentage needs no total."""
    unit, limit = line.left.rule.unit, line.left.limit
    used = amount(line.settled, unit)
    return used if limit is None or unit == Unit.PERCENT else f"{used} de {amount(limit, unit)}"


@register.filter
def left_label(left: QuotaStatus) -> str:
    """Return how much of a quota is left."""
    if not left.remaining:
        return "no queda nada"
    verb = "queda" if left.remaining == 1 or left.rule.unit in (Unit.MONEY, Unit.PERCENT) else "quedan"
    return f"{verb} {amount(left.remaining, left.rule.unit)}"


@register.filter
def source_label(line: QuotaLine, now: datetime) -> str:
    """Return who reports a figure, and since when."""
    left = line.left
    if left.source == BY_NETWORK and left.reported_at is not None:
        return f"la red, {ago(left.reported_at, now)}"
    limit = left.rule.limit
    if limit is None or left.source == BY_PERSON:
        return "nuestro conteo"
    return f"nuestro conteo; límite de la red al {limit.read_on:%d/%m/%Y}"


@register.filter
def set_by_label(line: QuotaLine) -> str:
    """Return who set the entity's own limit, and when; nothing when it is unknown."""
    if not line.set_by:
        return ""
    at = f" el {timezone.localtime(line.set_at):%d/%m/%Y}" if line.set_at else ""
    return f", puesto por {line.set_by}{at}"
