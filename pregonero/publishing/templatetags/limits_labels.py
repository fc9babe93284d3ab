"""Filters of the page of limits: amounts, money, and the source of each figure, in Spanish."""

from datetime import datetime

from django import template
from django.utils import timezone

from pregonero.networks.post_validation import number
from pregonero.networks.rate_limits.capacity import BY_NETWORK, BY_PERSON
from pregonero.networks.rate_limits.policy import MICROS, Unit, dollars
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
def thousands(value: int) -> str:
    """Return a whole number with thousands separators."""
    return number(value)


@register.filter
def plus(value: int, other: int) -> int:
    """Return the sum."""
    return value + other


@register.filter
def source_label(line: QuotaLine, now: datetime) -> str:
    """Return who reports a figure, and since when."""
    left = line.left
    if left.source == BY_NETWORK and left.reported_at is not None:
        return f"la red, {ago(left.reported_at, now)}"
    if left.source == BY_PERSON:
        at = f", {timezone.localtime(line.set_at):%d/%m/%Y}" if line.set_at else ""
        return f"tope fijado por {line.set_by}{at}; lo usado, según nuestro conteo"
    limit = left.rule.limit
    return f"nuestro conteo; el límite se leyó el {limit.read_on:%d/%m/%Y}" if limit else "nuestro conteo"


@register.filter
def limit_value(line: QuotaLine) -> str:
    """Return the entity's own limit as the value of its form field."""
    if line.own_limit is None:
        return ""
    if line.is_money:
        return f"{line.own_limit / MICROS:.2f}".replace(".", ",")
    return str(line.own_limit)
