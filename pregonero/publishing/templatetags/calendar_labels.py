"""Tags of the calendar: its sentences and addresses, in Spanish."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django import template
from django.urls import reverse
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.publishing.calendar import requested_minute
from pregonero.publishing.calendar_filters import Filters
from pregonero.publishing.calendar_models import CalendarRules
from pregonero.publishing.calendar_rules.rule_set import hours_label
from pregonero.publishing.queries.calendar import WaitingItem
from pregonero.publishing.queries.calendar_entries import CellState, Entry
from pregonero.publishing.queries.calendar_pages import Day, Days
from pregonero.spanish_lists import joined
from pregonero.ui.templatetags.ui_time import MONTHS, day_words

register = template.Library()
register.simple_tag(uuid4, name="new_key")

NUMBERS = ("ninguna", "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez")
SHORT_DAYS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")


@register.simple_tag
def calendar_url(view: str, day: date, filters: Filters) -> str:
    """Return the address of a view of the calendar, with its filters."""
    return f"{reverse(f'publishing:{view}', args=[day])}{filters.query}"


@register.simple_tag
def calendar_title(view: Any, page: Day | Days, shown: date, now: datetime) -> str:
    """Return the title of a page of the calendar: "Martes 24 de noviembre", "Semana del 23 al 29 de noviembre"."""
    if isinstance(page, Day):
        words = day_words(page.day, now)
        return words[0].upper() + words[1:]
    if view.name == "month":
        return f"{MONTHS[shown.month - 1].capitalize()} de {shown.year}"
    period = _period(page.start, page.end)
    return f"Semana {period}" if view.name == "week" else f"{period[0].upper()}{period[1:]}"


def _period(start: date, end: date) -> str:
    of_start = "" if start.month == end.month else f" de {MONTHS[start.month - 1]}"
    return f"del {start.day}{of_start} al {end.day} de {MONTHS[end.month - 1]}"


@register.filter
def calendar_lead(page: Day | Days) -> str:
    """Return a summary: "Nueve publicaciones. Una no salió, dos cerca de otra y tres sin programar."."""
    number = len({entry.publication.pk for entry in page.entries})
    total = f"{_number(number).capitalize()} {'publicación' if number <= 1 else 'publicaciones'}."
    parts = [
        _part(_publications(page.entries, "bad"), "no salió", "no salieron"),
        _part(_near(page.entries), "cerca de otra o de tema repetido"),
        _part(_publications(page.entries, "hold"), "en pausa o cancelada", "en pausa o canceladas"),
        _part(len(page.waiting), "sin programar"),
    ]
    parts = [part for part in parts if part]
    if not parts:
        return total
    joined = f"{', '.join(parts[:-1])} y {parts[-1]}" if len(parts) > 1 else parts[0]
    return f"{total} {joined[0].upper()}{joined[1:]}."


def _part(number: int, singular: str, plural: str = "") -> str:
    return f"{_number(number)} {singular if number == 1 else plural or singular}" if number else ""


def _publications(entries: Sequence[Entry], tint: str) -> int:
    return len({entry.publication.pk for entry in entries if entry.tint == tint})


def _near(entries: Sequence[Entry]) -> int:
    return len({entry.publication.pk for entry in entries if entry.problem})


def _number(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


@register.filter
def short_day(day: date) -> str:
    """Return the short name of the day of the week of a date: "mar"."""
    return SHORT_DAYS[day.weekday()]


@register.filter
def of_account(states: Mapping[int, CellState], account: Account) -> CellState | None:
    """Return the state of a publication on an account, or None if it does not go out there."""
    return states.get(account.pk)


@register.filter
def account_name(account: Account, accounts: Sequence[Account]) -> str:
    """Return the name of an account's network, with its handle if others are on the same one."""
    name = str(account.get_network_display())
    same = [other for other in accounts if other.network == account.network]
    return f"{name} · @{account.handle}" if len(same) > 1 else name


@register.filter
def card_sub(entry: Entry) -> str:
    """Return what a publication is and its theme: "Noticia · Comercio"."""
    theme = entry.publication.theme
    noun = str(entry.noun.singular).capitalize()
    return f"{noun} · {theme}" if theme else noun


@register.filter
def waiting_sub(item: WaitingItem) -> str:
    """Return what a waiting item is: "Borrador · relevancia alta", "Noticia"."""
    if item.publication is None:
        return str(item.source.noun.singular).capitalize()
    return f"Borrador · relevancia {item.relevance}"


@register.filter
def waiting_why(item: WaitingItem, now: datetime) -> str:
    """Return why an hour is proposed for a waiting item, and the accounts in pause that it does not count."""
    if item.proposal is None:
        all_paused = bool(item.paused) and not item.has_active
        return "Todas las cuentas están en pausa." if all_paused else "No queda una hora libre en estos días."
    names = [str(account.get_network_display()) for account in item.paused]
    if not names:
        return item.proposal.why
    verb, rest = ("está", "saldrá cuando se reanude") if len(names) == 1 else ("están", "saldrá cuando se reanuden")
    return f"{item.proposal.why} {joined(names)} {verb} en pausa: allí {rest}."


@register.filter
def requested_label(text: str, now: datetime) -> str:
    """Return the minute that a slot carries: "a las 10:30" of today, "el martes 1 de diciembre a las 10:30"."""
    at = requested_minute(text, now)
    if at is None:
        return ""
    hour = f"a las {at:%H:%M}"
    return hour if at.date() == timezone.localdate(now) else f"el {day_words(at, now)} {hour}"


@register.filter
def waiting_act(item: WaitingItem, now: datetime) -> str:
    """Return the label of the act that schedules a waiting item: "Programar 11:30", "Mañana 10:30"."""
    if item.proposal is None:
        return "Programar"
    at = item.proposal.at
    days = (at.date() - timezone.localdate(now)).days
    day = {0: "Programar", 1: "Mañana"}.get(days, f"{SHORT_DAYS[at.weekday()].capitalize()} {at.day},")
    return f"{day} {at:%H:%M}"


@register.filter
def waiting_link(item: WaitingItem) -> str:
    """Return the address where a waiting item is scheduled, with its proposed day and hour."""
    address = waiting_address(item)
    if item.proposal is None:
        return address
    hour = urlencode({"hora": f"{item.proposal.at:%Y-%m-%dT%H:%M}"}, safe=":")
    return f"{address}{'&' if '?' in address else '?'}{hour}"


@register.filter
def waiting_address(item: WaitingItem) -> str:
    """Return the address where a waiting item is scheduled, without an hour."""
    if item.publication is not None:
        return reverse("publishing:editor", args=[item.publication.pk])
    return f"{reverse('publishing:start')}?{urlencode({'fuente': item.source.ref.reference}, safe=':')}"


@register.filter
def rules_summary(rules: CalendarRules, accounts: Sequence[Account]) -> str:
    """Return what a version of the rules says: "15 min entre una y otra. Mejores horas: 8–10."."""
    own = [f"{account} {rules.gaps[str(account.pk)]}" for account in accounts if str(account.pk) in rules.gaps]
    parts = [f"{rules.gap_minutes} min entre una y otra" + (f" ({', '.join(own)})" if own else "")]
    if rules.best_hours:
        parts.append(f"Mejores horas: {hours_label(rules.best_hours)}")
    if rules.quiet_from and rules.quiet_until:
        parts.append(f"Silencio: {rules.quiet_from:%H:%M}–{rules.quiet_until:%H:%M}")
    if rules.topics_apart:
        pairs = ", ".join(" y ".join(pair) for pair in rules.topics_apart)
        parts.append(f"No van juntos por {rules.apart_minutes} min: {pairs}")
    if rules.skips_holidays:
        parts.append("Avisa en los festivos")
    return ". ".join(parts) + "."
