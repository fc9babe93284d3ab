"""What the page of a version of a word list shows: its figures in words, its next steps, and what it cannot see."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pregonero.moderation import list_queries as queries
from pregonero.moderation.list_files import ListTerm, terms_from_json
from pregonero.moderation.list_rules import may_confirm, may_go_on
from pregonero.moderation.list_states import LOOK_BACK, ListState
from pregonero.moderation.models import WordListVersion
from pregonero.moderation.queries import rules_in_force
from pregonero.moderation.states import Category
from pregonero.networks.models import Account
from pregonero.networks.registry import network
from pregonero.people.models import Member

NOT_FOUND = (
    "Letras que faltan o que se cambian por otras: «pndjo», «pendego». Sílabas al revés: «tapu».",
    "Letras dibujadas con varios signos, fuera de las más usadas, y lo que está dentro de una imagen o un audio.",
    "Rodeos sin la palabra, y palabras que la lista no tiene.",
    "El sentido: no sabe si alguien insulta, cita a otro o habla de un pueblo que se llama así.",
)
"""What no version catches, said on its page."""


@dataclass(frozen=True)
class NextStep:
    """A step that a person may take with a version now: the name of its address, and the words of its button."""

    url_name: str
    label: str
    explained: str
    is_onward: bool = False  # it takes the version closer to being in force


STEPS = (
    (
        ListState.SHADOW,
        NextStep("word_list_shadow", "Ponerla en sombra", "Mira todo lo que llega y no toca nada.", True),
    ),
    (
        ListState.IN_FORCE,
        NextStep("word_list_force", "Ponerla en vigor", "Retiene lo que encuentre, para que una persona decida.", True),
    ),
    (
        ListState.ASKED,
        NextStep("word_list_force", "Pedir que entre en vigor", "La firma también otra persona.", True),
    ),
    (ListState.STOPPED, NextStep("word_list_stop", "Detenerla", "Deja de retener. Lo retenido espera decisión.")),
    (
        ListState.UNDONE,
        NextStep("word_list_undo", "Deshacer todo lo que hizo", "Vuelve a mostrar lo que retuvo y nadie ha decidido."),
    ),
    (ListState.DISCARDED, NextStep("word_list_discard", "Descartarla", "No llegará a estar en vigor.")),
)
CONFIRM = NextStep("word_list_confirm", "Confirmar y ponerla en vigor", "Eres la segunda persona que la firma.", True)


def next_steps(version: WordListVersion, member: Member, *, now: datetime) -> list[NextStep]:
    """Return what this person may do with a version now, the main step first."""
    if may_confirm(member, version, now=now):
        back = {ListState.SHADOW, ListState.DISCARDED}
        return [CONFIRM, *(replace(step, is_onward=False) for to, step in STEPS if to in back)]
    steps = []
    for to, step in STEPS:
        is_other_way = to == (ListState.IN_FORCE if version.needs_second_person else ListState.ASKED)
        is_same = to == ListState.IN_FORCE and version.state == ListState.ASKED
        if not is_other_way and not is_same and may_go_on(member, version, to, now=now):
            steps.append(step)
    return steps


def missing_rules(version: WordListVersion, terms: list[ListTerm]) -> list[str]:
    """Return the categories of a list without a community rule in force: nothing of them would be held."""
    rules = rules_in_force(version.account.entity)
    known = set(rules.rules.values_list("category", flat=True)) if rules else set()
    return [str(Category(one).label) for one in sorted({term.category for term in terms} - known)]


def is_reviewed_by_hand(account: Account) -> bool:
    """Return whether a person reviews each month the blocked words of an account at its network (YT-3)."""
    return bool(network(account.network).word_list_page)


def context_of(version: WordListVersion, member: Member, *, now: datetime) -> dict[str, Any]:
    """Return what the page of a version shows."""
    terms, limits = terms_from_json(version.terms), queries.limits_of(version.account.entity)
    return {
        "version": version,
        "account": version.account,
        "terms": [(term, Category(term.category).label) for term in terms],
        "trial": version.trial,
        "days": LOOK_BACK.days,
        "examples": queries.examples_of(version),
        "live": queries.live_figures(version),
        "steps": version.steps.select_related("by").order_by("at", "pk"),
        "next_steps": next_steps(version, member, now=now),
        "missing_rules": missing_rules(version, terms),
        "not_found": NOT_FOUND,
        "share": limits.second_person_share,
        "criticism_share": limits.second_person_criticism,
        "brake": {"days": limits.new_days, "share": limits.brake_share, "least": limits.brake_least},
        "now": now,
    }
