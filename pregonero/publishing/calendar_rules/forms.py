"""The form of the calendar's rules. It validates and never saves."""

import re
from collections.abc import Sequence
from datetime import time
from typing import Any

from django import forms

from pregonero.networks.models import Account
from pregonero.publishing.calendar_models import CalendarRules
from pregonero.publishing.calendar_rules.actions import RulesPlan
from pregonero.publishing.calendar_rules.rule_set import APART_BY, TOO_CLOSE, hours_label

SPAN = re.compile(r"(\d{1,2})\s*(?:-|–|a)\s*(\d{1,2})")
DAY_HOURS, MOST_GAP, MOST_PAIRS = 24, 1440, 40
HOUR_FORMATS = ("%H:%M", "%H.%M", "%H%M")
HOUR_ERROR = {"invalid": "Escríbela como 21:00."}


def hour_field(label: str, help_text: str = "") -> forms.TimeField:
    """Return a field for an hour of the day that may be empty."""
    widget = forms.TimeInput(attrs={"inputmode": "numeric", "maxlength": 5, "autocomplete": "off"}, format="%H:%M")
    return forms.TimeField(
        label=label,
        required=False,
        input_formats=HOUR_FORMATS,
        widget=widget,
        error_messages=HOUR_ERROR,
        help_text=help_text,
    )


class RulesForm(forms.Form):
    """The rules of the calendar; `gap_<account>` are the gaps of single accounts."""

    gap_minutes = forms.IntegerField(
        label="Minutos entre dos publicaciones de una cuenta", min_value=0, max_value=MOST_GAP
    )
    best_hours = forms.CharField(
        label="Mejores horas", required=False, max_length=100, help_text="Como 8-10, 17-19. Ahí se propone primero."
    )
    quiet_from = hour_field("Silencio desde", "A esas horas no se propone nada.")
    quiet_until = hour_field("hasta")
    topics_apart = forms.CharField(
        label="Temas que no van juntos",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Una pareja por renglón: Turismo / Comercio.",
    )
    apart_minutes = forms.IntegerField(label="Minutos entre esos temas", min_value=1, max_value=MOST_GAP)
    skips_holidays = forms.BooleanField(label="Avisar en los festivos y proponer otro día", required=False)
    reason = forms.CharField(
        label="Por qué cambian", max_length=300, error_messages={"required": "Escribe por qué cambian las reglas."}
    )

    def __init__(self, data: Any = None, *, accounts: Sequence[Account], rules: CalendarRules | None = None) -> None:
        super().__init__(data, initial=initial_of(rules))
        self.accounts = accounts
        for account in accounts:
            field = forms.IntegerField(label=str(account), required=False, min_value=0, max_value=MOST_GAP)
            self.fields[gap_name(account)] = field
            self.initial[gap_name(account)] = rules.gaps.get(str(account.pk)) if rules else None

    @property
    def account_fields(self) -> list[forms.BoundField]:
        """Return the fields of the gaps of single accounts."""
        return [self[gap_name(account)] for account in self.accounts]

    def clean_best_hours(self) -> list[int]:
        """Return the hours of the written spans."""
        hours: set[int] = set()
        for part in filter(None, (part.strip() for part in self.cleaned_data["best_hours"].split(","))):
            span = SPAN.fullmatch(part)
            start, end = (int(span[1]), int(span[2])) if span else (0, 0)
            if not start < end <= DAY_HOURS:
                raise forms.ValidationError(f"No se entiende «{part}»: escribe las horas como 8-10, 17-19.")
            hours.update(range(start, end))
        return sorted(hours)

    def clean_topics_apart(self) -> list[tuple[str, str]]:
        """Return the pairs of themes, one for each line."""
        lines = [line.strip() for line in self.cleaned_data["topics_apart"].splitlines() if line.strip()]
        if len(lines) > MOST_PAIRS:
            raise forms.ValidationError(f"Son más de {MOST_PAIRS} parejas.")
        pairs = []
        for line in lines:
            first, _, second = (part.strip() for part in line.partition("/"))
            if not first or not second or "/" in second:
                raise forms.ValidationError(f"No se entiende «{line}»: escribe dos temas, como Turismo / Comercio.")
            pairs.append((first, second))
        return pairs

    def clean(self) -> dict[str, Any]:
        """Require both ends of the quiet hours, or none."""
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if (start is None) != (end is None) and not {"quiet_from", "quiet_until"} & self.errors.keys():
            self.add_error("quiet_until" if end is None else "quiet_from", "Escribe las dos horas, o ninguna.")
        return cleaned

    def plan(self) -> RulesPlan:
        """Return the rules, once the form is valid."""
        cleaned = self.cleaned_data
        start: time | None = cleaned["quiet_from"]
        gaps = {account.pk: cleaned[gap_name(account)] for account in self.accounts}
        return RulesPlan(
            gap_minutes=cleaned["gap_minutes"],
            apart_minutes=cleaned["apart_minutes"],
            gaps={account: minutes for account, minutes in gaps.items() if minutes is not None},
            best_hours=cleaned["best_hours"],
            quiet=(start, cleaned["quiet_until"]) if start is not None else None,
            topics_apart=cleaned["topics_apart"],
            skips_holidays=cleaned["skips_holidays"],
        )


def gap_name(account: Account) -> str:
    """Return the name of the field of an account's gap."""
    return f"gap_{account.pk}"


def initial_of(rules: CalendarRules | None) -> dict[str, Any]:
    """Return what the form shows: the rules in force, or those that apply while there are none."""
    if rules is None:
        minutes = {"gap_minutes": TOO_CLOSE.seconds // 60, "apart_minutes": APART_BY.seconds // 60}
        return minutes | {"skips_holidays": True}
    names = ("gap_minutes", "quiet_from", "quiet_until", "apart_minutes", "skips_holidays")
    pairs = "\n".join(" / ".join(pair) for pair in rules.topics_apart)
    return {name: getattr(rules, name) for name in names} | {
        "best_hours": hours_label(rules.best_hours).replace("–", "-"),
        "topics_apart": pairs,
    }
