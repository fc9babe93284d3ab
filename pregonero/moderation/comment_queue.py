"""The lists of moderation: what waits for a decision, what is out of sight, and every comment, by filter."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from pregonero.inbox.models import Message
from pregonero.moderation.models import Exposure, Proposal
from pregonero.moderation.states import Category, Visibility
from pregonero.networks.interactions import InteractionKind
from pregonero.people.models import Entity

LOOK_BACK = timedelta(days=90)
STATES = {
    "decidir": "Por decidir",
    "ocultos": "Ocultos",
    "mostrados": "Vueltos a mostrar",
    "todos": "Todos los comentarios",
}
CODE_LETTERS = 4
MODERATED = (InteractionKind.COMMENT, InteractionKind.CHAT)


@dataclass(frozen=True)
class Filters:
    """What a list of comments shows. `state` is one of `STATES`."""

    state: str = "decidir"
    account: int | None = None
    category: str = ""
    text: str = ""

    @property
    def description(self) -> str:
        """Return the filter in Spanish, as a wave stores it."""
        parts = [STATES[self.state]]
        if self.category:
            parts.append(Category(self.category).label)
        if self.text:
            parts.append(f"con «{self.text}»")
        return ", ".join(parts)


@dataclass(frozen=True)
class QueueRow:
    """A comment in a list, without its words: who wrote it as a code, why it is there."""

    message: Message
    code: str
    why: str
    category: str


def comments_in(entity: Entity, filters: Filters, *, now: datetime) -> QuerySet[Message]:
    """Return the comments that a list shows, those that wait longest first. The caller slices the queryset."""
    found = Message.objects.filter(
        _in_state(filters.state), account__entity=entity, contact__isnull=False, kind__in=MODERATED
    )
    if filters.state == "todos":
        found = found.filter(received_at__gte=now - LOOK_BACK)
    if filters.account is not None:
        found = found.filter(account_id=filters.account)
    if filters.category:
        proposed = Proposal.objects.filter(message=OuterRef("pk"), category=filters.category, decision__isnull=True)
        found = found.filter(Q(moderation__decision__category=filters.category) | Exists(proposed))
    if filters.text:
        found = found.filter(text__icontains=filters.text)
    order = ("written_at", "pk") if filters.state == "decidir" else ("-written_at", "-pk")
    return with_moderation(found).order_by(*order)


def with_moderation(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Return messages with everything that a row of a list shows."""
    open_proposals = Proposal.objects.filter(decision__isnull=True).order_by("pk")
    related = messages.select_related("account", "contact", "conversation", "moderation__decision__rule__version")
    return related.prefetch_related(Prefetch("proposals", queryset=open_proposals, to_attr="open_proposals"))


def _in_state(state: str) -> Q:
    proposed = Exists(Proposal.objects.filter(message=OuterRef("pk"), decision__isnull=True))
    return {
        "decidir": Q(moderation__visibility=Visibility.HELD) | Q(proposed),
        "ocultos": Q(moderation__visibility=Visibility.HIDDEN),
        "mostrados": Q(moderation__visibility=Visibility.VISIBLE, moderation__decision__verb="RESTORE"),
        "todos": Q(),
    }[state]


def counts_by_state(entity: Entity) -> dict[str, int]:
    """Return how many comments of the entity each list has, but for the one with all."""
    counts = {state: Count("pk", filter=_in_state(state)) for state in STATES if state != "todos"}
    comments = Message.objects.filter(account__entity=entity, contact__isnull=False, kind__in=MODERATED)
    return comments.filter(Q(moderation__isnull=False) | Q(proposals__decision__isnull=True)).aggregate(**counts)


def to_decide(entity: Entity) -> int:
    """Return how many comments of the entity wait for a decision."""
    comments = Message.objects.filter(_in_state("decidir"), account__entity=entity, contact__isnull=False)
    return comments.filter(kind__in=MODERATED).count()


def row_of(message: Message) -> QueueRow:
    """Return the row of a message that `with_moderation` loaded."""
    comment, proposals = getattr(message, "moderation", None), message.open_proposals  # type: ignore[attr-defined]
    code = code_of(message)
    if comment is not None and comment.decision.category:
        decision = comment.decision
        return QueueRow(message, code, f"{decision.who}: {decision.reason}", decision.get_category_display())
    if proposals:
        return QueueRow(
            message, code, f"{proposals[0].source_name}: {proposals[0].why}", proposals[0].get_category_display()
        )
    return QueueRow(message, code, comment.decision.reason if comment else "", "")


def code_of(message: Message) -> str:
    """Return the code that stands for a person's name while somebody decides about their comment."""
    digest = salted_hmac("pregonero.moderation", str(message.contact_id)).hexdigest()
    return f"Usuario {digest[:CODE_LETTERS]}"


SHIFTS = ((6, "mañana"), (14, "tarde"), (22, "noche"))
"""The hours of Bogotá at which each shift begins."""


EXPOSURES_SHOWN = timedelta(days=7)


@dataclass(frozen=True)
class ShiftExposure:
    """How many covered comments a person asked to see in one shift of one day."""

    member: str
    day: date
    shift: str
    count: int


def shift_of(local: datetime) -> tuple[date, str]:
    """Return the day and the shift of a local time; the night belongs to the day on which it began."""
    if local.hour < SHIFTS[0][0]:
        return local.date() - timedelta(days=1), SHIFTS[-1][1]
    return local.date(), next(name for hour, name in reversed(SHIFTS) if local.hour >= hour)


def exposures_by_shift(entity: Entity, *, now: datetime) -> list[ShiftExposure]:
    """Return how many covered comments each person asked to see in each shift of the last days, the newest first."""
    seen = Exposure.objects.filter(member__entity=entity, at__gte=now - EXPOSURES_SHOWN)
    moments = seen.order_by("-at", "-pk").values_list("at", "member__name")
    counts = Counter((*shift_of(timezone.localtime(at)), name) for at, name in moments)
    return [ShiftExposure(name, day, shift, count) for (day, shift, name), count in counts.items()]
