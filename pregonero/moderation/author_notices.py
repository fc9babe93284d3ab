"""What the author of a comment is told: the rule and where to ask for a review, never the words of it (N-3)."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from pregonero.inbox.models import Answer, Message
from pregonero.inbox.private_answers import private_reply_window
from pregonero.inbox.states import AnswerState
from pregonero.moderation.models import AuthorNotice, Decision, ReviewRequest
from pregonero.moderation.states import Effect, ReviewOutcome, Verb
from pregonero.networks.base import OperationKind
from pregonero.networks.interactions import InteractionKind
from pregonero.networks.registry import moderator_of

GRACE = timedelta(minutes=10)  # in which a decision can be undone before its author is told
LOOK_BACK = timedelta(days=2)
LONGEST_TITLE = 60  # characters of a rule's title that fit in the shortest network
HELD = "En esta red, lo que se retiene no se puede responder: su autor puede preguntar en la página pública."
GONE = "El comentario o su autor ya no están en la red."


def decisions_to_tell(*, now: datetime, limit: int = 100) -> list[int]:
    """Return the decisions of people that hid a comment and whose author nobody has told, the first one first."""
    decisions = Decision.objects.filter(
        verb=Verb.HIDE,
        by__isnull=False,
        effect__in=(Effect.DONE, Effect.NONE),
        at__lte=now - GRACE,
        at__gte=now - LOOK_BACK,
        message__kind=InteractionKind.COMMENT,
        message__moderation__decision=F("pk"),
    )
    told = AuthorNotice.objects.filter(review__isnull=True).values("decision")
    return list(decisions.exclude(pk__in=told).order_by("pk").values_list("pk", flat=True)[:limit])


def reviews_to_tell(*, now: datetime, limit: int = 100) -> list[int]:
    """Return the reviews that were decided and whose outcome nobody has told the author, the first one first."""
    reviews = ReviewRequest.objects.filter(author_notice__isnull=True, decided_at__gte=now - LOOK_BACK)
    return list(reviews.order_by("pk").values_list("pk", flat=True)[:limit])


def notices_about(message: Message) -> list[AuthorNotice]:
    """Return what the author of a comment was told, the newest first."""
    notices = AuthorNotice.objects.filter(decision__message=message).select_related("answer__conversation", "review")
    return list(notices.order_by("-pk"))


def is_told_privately(message: Message, *, now: datetime) -> bool:
    """Return whether the author can be told by the one private message that a network allows for a comment."""
    window = private_reply_window(message, now=now)
    used = Answer.objects.filter(message=message, is_private=True).exclude(state=AnswerState.FAILED)
    return window is not None and not window.why_by_hand and not used.exists()


def why_not_told(message: Message, *, is_hidden: bool) -> str:
    """Return in Spanish why nobody can tell the author of a comment; empty when somebody can."""
    moderator = moderator_of(message.account.network)
    if message.deleted_at is not None or message.contact is None or message.contact.erased_at is not None:
        return GONE
    is_held = moderator is not None and moderator.hides_with == OperationKind.HOLD_FOR_REVIEW
    return HELD if is_hidden and is_held else ""


def text_of_decision(decision: Decision) -> str:
    """Return what the author is told when their comment is hidden."""
    return (
        f"Hola. Ocultamos tu comentario del {_day(decision.message.written_at)}: incumple {_rule(decision)}. "
        f"Si no estás de acuerdo, pide que lo revise otra persona: {_link(decision.message)}"
    )


def text_of_review(review: ReviewRequest) -> str:
    """Return what the author is told when another person decided the review."""
    day, link = _day(review.message.written_at), _link(review.message)
    if review.outcome == ReviewOutcome.RESTORED:
        return f"Hola. Otra persona revisó tu comentario del {day} y volvió a mostrarse. Su razón: {link}"
    return (
        f"Hola. Otra persona revisó tu comentario del {day} y sigue oculto: incumple {_rule(review.decision)}. "
        f"Su razón: {link}"
    )


def _rule(decision: Decision) -> str:
    rule = decision.rule
    assert rule is not None  # noqa: S101  a restriction cites a rule, also in the database
    title = rule.title if len(rule.title) <= LONGEST_TITLE else f"{rule.title[: LONGEST_TITLE - 1].rstrip()}…"
    return f"la regla {rule.number} de nuestra comunidad, «{title}» (versión {rule.version.number})"


def _link(message: Message) -> str:
    """Return the public page of reviews, with the comment's link already written."""
    path = reverse("public:review", args=[message.account.entity.slug])
    query = f"?{urlencode({'enlace': message.url})}" if message.url else ""
    return f"{settings.PUBLIC_ADDRESS.rstrip('/')}{path}{query}"


def _day(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%d/%m/%Y}"
