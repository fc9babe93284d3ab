"""Numbers as they are said in Colombia: a point for thousands, a comma for decimals."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def number(value: int | float | Decimal, decimals: int = 0) -> str:
    """Return 1204 as "1.204", and with decimals 41.6 as "41,60"."""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


@register.filter
def passes(count: int | str | None, limit: int | str) -> bool:
    """Return whether a count is over its limit."""
    return int(count or 0) > int(limit)


@register.filter
def of_limit(count: int | str | None, limit: int | str) -> str:
    """Return "241 de 280", and what is left over: "292 de 280: sobran 12"."""
    used, most = int(count or 0), int(limit)
    said = f"{number(used)} de {number(most)}"
    if used <= most:
        return said
    return f"{said}: {'sobra' if used - most == 1 else 'sobran'} {number(used - most)}"
