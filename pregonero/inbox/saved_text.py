"""The variables of a saved answer, and their values for one conversation (Q-2)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pregonero.errors import Refused
from pregonero.inbox import queries
from pregonero.inbox.models import Conversation
from pregonero.publishing.models import Publication
from pregonero.ui.templatetags.ui_time import day_words

VARIABLE = re.compile(r"\{\s*(\w+)\s*\}")


@dataclass(frozen=True)
class Variable:
    """A variable: what it stands for, how its value is found, and what to say when there is none."""

    meaning: str
    value_of: Callable[[Conversation, datetime], str]
    missing: str


def _name(conversation: Conversation, _now: datetime) -> str:
    contact = conversation.contact
    return contact.name or (f"@{contact.handle}" if contact.handle else "")


def _link(conversation: Conversation, _now: datetime) -> str:
    if conversation.subject_kind != "publication" or conversation.subject_id is None:
        return ""
    found = Publication.objects.filter(pk=conversation.subject_id, entity_id=conversation.entity_id)
    return found.values_list("link", flat=True).first() or ""


def _pqrsd(conversation: Conversation, _now: datetime) -> str:
    parameters = queries.pqrsd_parameters(conversation.entity)
    return parameters.address if parameters else ""


def _date(_conversation: Conversation, now: datetime) -> str:
    return day_words(now)


VARIABLES = {
    "nombre": Variable("el nombre de la persona", _name, "su red no dice el nombre de la persona"),
    "enlace": Variable("el enlace de la publicación", _link, "no escribió bajo una publicación que tenga enlace"),
    "pqrsd": Variable("la dirección de PQRSD", _pqrsd, "nadie ha fijado la dirección de PQRSD"),
    "fecha": Variable("la fecha de hoy", _date, ""),
}


def check_variables(text: str) -> None:
    """Raise `Refused` when a text has a variable that does not exist."""
    unknown = [name for name in VARIABLE.findall(text) if name.lower() not in VARIABLES]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in VARIABLES)
        raise Refused(f"No existe la variable {{{unknown[0]}}}. Puedes usar {known}.")


def fill(text: str, conversation: Conversation, *, now: datetime) -> str:
    """Return the text of a saved answer with the values of its variables. Raises `Refused` when one has no value."""
    check_variables(text)
    names = list(dict.fromkeys(name.lower() for name in VARIABLE.findall(text)))
    values = {name: VARIABLES[name].value_of(conversation, now) for name in names}
    missing = [f"{{{name}}} no tiene valor: {VARIABLES[name].missing}" for name in names if not values[name]]
    if missing:
        raise Refused(f"Esta respuesta no se puede usar aquí: {'; '.join(missing)}.")
    return VARIABLE.sub(lambda match: values[match.group(1).lower()], text)
