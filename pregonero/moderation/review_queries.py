"""The reviews that citizens ask for: what a link says of its comment, and which wait for another person."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from pregonero.errors import NotFound
from pregonero.inbox.models import Message
from pregonero.moderation.models import Decision, ModeratedComment, ReviewRequest, ReviewTerm
from pregonero.moderation.states import RESTRICTS, ReviewOutcome, Visibility
from pregonero.networks.comment_links import CommentLink
from pregonero.networks.interactions import InteractionKind
from pregonero.people.models import Entity, Member

DEFAULT_WORKING_DAYS = 5  # until the coordination sets a term
SHOWN = 100


@dataclass(frozen=True)
class HiddenComment:
    """What the public page says of a comment: that it is hidden or was shown again, without its words or its author."""

    comment: ModeratedComment
    review: ReviewRequest | None

    @property
    def is_hidden(self) -> bool:
        """Return whether it is out of sight now."""
        return self.comment.visibility != Visibility.VISIBLE

    @property
    def may_ask(self) -> bool:
        """Return whether a review can be asked for: once for each decision."""
        return self.is_hidden and self.review is None


def hidden_comment(entity: Entity, link: CommentLink) -> HiddenComment | None:
    """Return the comment of a link if it is hidden, or a review showed it again; None for every other one.

    A comment that was never hidden and one that does not exist have the same answer.
    """
    comment = _comment_of(entity, link)
    if comment is None:
        return None
    reviews = ReviewRequest.objects.filter(message_id=comment.message_id).select_related("restored")
    if comment.visibility == Visibility.VISIBLE:
        review = reviews.filter(restored=comment.decision_id).first()
        return HiddenComment(comment, review) if review is not None else None
    return HiddenComment(
        comment, reviews.filter(Q(decision=comment.decision_id) | Q(outcome="")).order_by("-pk").first()
    )


def _comment_of(entity: Entity, link: CommentLink) -> ModeratedComment | None:
    """Return the one comment that a link names. A link of several comments names none, such as that of their post."""
    comments = ModeratedComment.objects.filter(
        entity=entity, gone_at__isnull=True, message__kind=InteractionKind.COMMENT, message__contact__isnull=False
    ).select_related("decision__rule__version", "account", "message")
    if link.network:
        if not link.comment_id:
            return None
        id = link.comment_id
        named = Q(message__remote_id=id) | Q(message__remote_id__endswith=f"_{id}")
        found = list(comments.filter(named, account__network=link.network)[:2])
        return found[0] if len(found) == 1 else None
    found = list(comments.filter(message__url=link.address)[:2])
    if len(found) != 1 or Message.objects.filter(account=found[0].account, url=link.address).count() != 1:
        return None
    return found[0]


def review_term(entity: Entity) -> ReviewTerm | None:
    """Return the term in force; None before the coordination sets one."""
    return ReviewTerm.objects.filter(entity=entity).select_related("by").order_by("-number").first()


def working_days(entity: Entity) -> int:
    """Return within how many working days a review is answered."""
    term = review_term(entity)
    return term.working_days if term is not None else DEFAULT_WORKING_DAYS


def open_reviews(entity: Entity) -> QuerySet[ReviewRequest]:
    """Return the reviews that wait for a person, the first one due first.

    A comment that somebody showed again meanwhile needs no review.
    """
    waiting = ReviewRequest.objects.filter(entity=entity, outcome="").exclude(
        message__moderation__visibility=Visibility.VISIBLE
    )
    return waiting.select_related("account", "message", "decision__rule__version", "decision__by").order_by(
        "due_on", "pk"
    )


def reviews_for(member: Member) -> QuerySet[ReviewRequest]:
    """Return the open reviews that this person may decide: none of a comment that they hid or held."""
    return open_reviews(member.entity).exclude(Exists(_restricted_by(member, OuterRef("message"))))


def has_restricted(member: Member, message_id: int) -> bool:
    """Return whether this person decided to hide or hold a comment, under any membership of theirs."""
    return _restricted_by(member, message_id).exists()


def _restricted_by(member: Member, message: int | OuterRef) -> QuerySet[Decision]:
    return Decision.objects.filter(message_id=message, verb__in=RESTRICTS, by__user=member.user_id)


def decided_reviews(entity: Entity) -> list[ReviewRequest]:
    """Return the latest reviews that were decided, the newest first."""
    decided = ReviewRequest.objects.filter(entity=entity, outcome__in=ReviewOutcome.values)
    return list(
        decided.select_related("account", "decided_by", "decision__rule__version").order_by("-decided_at")[:SHOWN]
    )


def get_review(*, member: Member, pk: int, for_update: bool = False) -> ReviewRequest:
    """Return a review of the member's entity. Raises `NotFound` for any other."""
    reviews = (
        ReviewRequest.objects.select_for_update(no_key=True, of=("self",))
        if for_update
        else ReviewRequest.objects.all()
    )
    found = reviews.select_related("account", "message", "decision__rule__version", "decision__by", "decided_by")
    review = found.filter(pk=pk, entity_id=member.entity_id).first()
    if review is None:
        raise NotFound
    return review
