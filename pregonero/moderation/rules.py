"""Who may decide about a comment, in which state, and for which reasons (N-3, N-4)."""

from dataclasses import dataclass
from datetime import datetime

from pregonero.errors import Refused, WrongState
from pregonero.inbox.models import Message
from pregonero.moderation.models import CommunityRule, ModeratedComment, RulesVersion
from pregonero.moderation.states import RESTRICTS, Category, Effect, Verb, Visibility
from pregonero.networks.interactions import InteractionKind
from pregonero.networks.registry import moderator_of
from pregonero.people.models import Member
from pregonero.people.rules import as_question, check_may

NO_RULES = "Todavía no hay reglas de la comunidad en vigor: sin citar una regla publicada no se puede ocultar nada."


@dataclass(frozen=True)
class Ruling:
    """What a person or a list decides: the verb, and for a restriction the rule that it cites and its reason."""

    verb: Verb
    rule: CommunityRule | None = None
    reason: str = ""


class NotACategory(Refused):
    """Somebody tried to hide a comment for what is no reason, such as criticism (N-4)."""


def check_category(code: str) -> Category:
    """Return a category of the closed list. Raises `NotACategory`: criticism and disagreement are none (N-4)."""
    if code not in Category.values:
        raise NotACategory("Eso no es motivo para ocultar nada: criticar y no estar de acuerdo es libre.")
    return Category(code)


def check_may_decide(
    member: Member, message: Message, comment: ModeratedComment | None, ruling: Ruling, *, now: datetime
) -> None:
    """Raise unless this person may take this decision about this comment now."""
    check_may(member, "moderation.decide", now=now)
    check_ruling(message, ruling, rules_version=ruling.rule.version if ruling.rule else None)
    _check_state(comment, ruling.verb)


def check_ruling(message: Message, ruling: Ruling, *, rules_version: RulesVersion | None) -> None:
    """Raise unless a ruling has what it needs: a restriction cites a rule in force and says why."""
    if message.is_ours:
        raise WrongState("Lo escribió la propia cuenta: no se modera.")
    if ruling.verb in RESTRICTS:
        if ruling.rule is None or rules_version is None:
            raise Refused("Elige la regla de la comunidad que incumple.")
        if rules_version.in_force_at is None:
            raise WrongState("Esa regla todavía no está en vigor.")
        reason = why_not_hidden(message)
        if reason:
            raise WrongState(reason)
    if ruling.verb != Verb.KEEP and not ruling.reason.strip():
        raise Refused("Escribe la razón: la verá quien pida revisión.")


def _check_state(comment: ModeratedComment | None, verb: Verb) -> None:
    if verb == Verb.RESTORE and (comment is None or comment.visibility == Visibility.VISIBLE):
        raise WrongState("Este comentario ya está visible.")
    if verb in RESTRICTS and comment is not None and comment.gone_at is not None:
        raise WrongState("El comentario ya no está en la red: su autor o la red lo borró.")


def why_not_hidden(message: Message) -> str:
    """Return in Spanish why its network cannot hide a message; empty when it can."""
    moderator = moderator_of(message.account.network)
    if moderator is None:
        label = message.account.get_network_display()
        return f"{label} no da a las entidades una forma de ocultar lo que otros escriben: ahí no se oculta nada."
    if message.deleted_at is not None:
        return "Ya no está en la red: no hay nada que ocultar."
    if message.kind == InteractionKind.CHAT:
        return ""  # a person does it at the network (YT-5)
    return moderator.why_not(InteractionKind(message.kind), message.conversation.post_id)


def is_same_change(comment: ModeratedComment | None, verb: Verb) -> bool:
    """Return whether the latest decision already is this one and nothing of it failed: the same change is one."""
    return comment is not None and comment.decision.verb == verb and comment.decision.effect != Effect.FAILED


may_decide = as_question(check_may_decide)
