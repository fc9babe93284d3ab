"""Saving a draft while it is written, without leaving the page and never over what another person saved."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from pregonero.errors import Conflict, NotAllowed, Refused
from pregonero.people.models import Member
from pregonero.publishing import actions, rules
from pregonero.publishing.editor import Editor
from pregonero.publishing.editor_problems import form_problems
from pregonero.publishing.forms import change_of
from pregonero.publishing.models import Publication, PublicationState

SCHEDULED = "Sin guardar: ya está programada; con «Guardar» cambias lo que va a salir."


@dataclass(frozen=True)
class SaveState:
    """How the text on the page stands, in words, and the revision that it was saved as."""

    kind: str  # "saved", "unsaved" or "conflict"
    text: str
    revision: int = 0


def autosave(*, page: Editor, by: Member, now: datetime) -> SaveState | None:
    """Save the submitted form of a draft and return how it stands; None if the person may not edit it.

    A scheduled publication is not saved by itself: half a sentence would be sent at its minute.
    """
    try:
        rules.check_may_edit(by, page.publication, now=now)
        return _save(page, by, now)
    except NotAllowed:
        return None
    except Conflict as conflict:
        return SaveState("conflict", conflict.message)
    except Refused as refusal:
        return SaveState("unsaved", f"Sin guardar. {refusal.message}")


def _save(page: Editor, by: Member, now: datetime) -> SaveState:
    if page.publication.state != PublicationState.DRAFT:
        return SaveState("unsaved", SCHEDULED)
    if not page.is_valid:
        return SaveState("unsaved", f"Sin guardar. {form_problems(page, page.minute)[0].text}")
    saved = actions.edit_publication(
        publication=page.publication,
        change=change_of(page.general, [part.form for part in page.parts]),
        revision=page.general.cleaned_data["revision"],
        by=by,
        now=now,
        automatic=True,
    )
    return saved_state(saved, now)


def saved_state(publication: Publication, now: datetime) -> SaveState:
    """Return that a publication was saved now, as its present revision."""
    name = "Borrador guardado" if publication.state == PublicationState.DRAFT else "Guardada"
    return SaveState("saved", f"{name} a las {timezone.localtime(now):%H:%M}", publication.revision)
