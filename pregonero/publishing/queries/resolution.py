"""What a person must see to decide whether a delivery went out, or to make it by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from pregonero.media.models import Medium
from pregonero.networks.manual_posting import Intent, RemotePost, posting_address, profile_address
from pregonero.networks.queries import credentials_without_token
from pregonero.networks.registry import manual_posting
from pregonero.people.models import Member
from pregonero.publishing.models import Attachment, Attempt, Delivery
from pregonero.publishing.payload import post_of, texts_of
from pregonero.publishing.post_lookup import PostLookup
from pregonero.publishing.queries.getters import get_delivery
from pregonero.publishing.queries.pauses import why_stopped
from pregonero.publishing.queries.publications import adaptation_of, last_attempt, media_of
from pregonero.publishing.queries.publications import place_of as part_of
from pregonero.records.models import Event


@dataclass(frozen=True)
class Candidate:
    """A post found at the network that may be ours."""

    remote_id: str
    url: str
    text: str
    at: datetime | None

    @property
    def sighting(self) -> PostLookup:
        """Return it as something that was read."""
        seen = RemotePost(self.remote_id, self.url, self.text, self.at.isoformat() if self.at else "")
        return PostLookup(self.remote_id, self.url, seen)


@dataclass(frozen=True)
class PendingDecision:
    """Whether a delivery went out: what was sent, and what was found."""

    delivery: Delivery
    attempt: Attempt | None
    media: tuple[Medium, ...]
    candidates: tuple[Candidate, ...]
    is_late: bool
    held: str
    profile: str


@dataclass(frozen=True)
class Handwork:
    """What a person needs to make a delivery at the network."""

    delivery: Delivery
    intent: Intent
    opens: str
    title: str
    text: str
    under: tuple[str, ...]  # what goes under it, as its comments or the rest of its thread
    media: tuple[Attachment, ...]
    is_late: bool


def question_of(*, member: Member, pk: int, now: datetime) -> PendingDecision:
    """Return what a person is asked about a delivery."""
    delivery = get_delivery(member=member, pk=pk)
    attempt = last_attempt(delivery)
    return PendingDecision(
        delivery=delivery,
        attempt=attempt,
        media=tuple(media_of(attempt).values()) if attempt else (),
        candidates=tuple(candidates_of(delivery.candidates)),
        is_late=now > delivery.expires_at,
        held=why_stopped(delivery),
        profile=profile_address(manual_posting(delivery.account.network), credentials_without_token(delivery.account)),
    )


def candidates_of(kept: Iterable[dict[str, str]]) -> Iterable[Candidate]:
    """Give what was kept of the posts found at the network."""
    for each in kept:
        at = parse_datetime(each["at"]) if each.get("at") else None
        yield Candidate(each["remote_id"], each["url"], each.get("text", ""), at)


def handwork_of(*, member: Member, pk: int, now: datetime) -> Handwork:
    """Return what a person needs to make a delivery by hand."""
    delivery = get_delivery(member=member, pk=pk)
    adaptation, hand = adaptation_of(delivery), manual_posting(delivery.account.network)
    post = post_of(adaptation, part_of(delivery))
    text = f"{post.text}\n\n{post.link}".strip() if post.link and post.link not in post.text else post.text
    return Handwork(
        delivery=delivery,
        intent=hand.intent,
        opens=posting_address(hand, credentials_without_token(delivery.account), text),
        title=post.title,
        text=text,
        under=tuple(texts_of(adaptation)[delivery.position + 1 :]),
        media=() if delivery.position else tuple(adaptation.media),
        is_late=now > delivery.expires_at,
    )


def who_decided(delivery: Delivery) -> str:
    """Return who decided about a delivery and when, in words; nothing when nobody has."""
    decided = Event.objects.filter(ref=delivery.ref.reference, event_type="delivery.decided").order_by("-pk").first()
    if decided is None:
        return ""
    said = "sí salió" if decided.facts.get("out") else "no salió"
    return f"{decided.actor['name']} ya lo decidió a las {timezone.localtime(decided.at):%H:%M}: {said}."


def whose_post(delivery: Delivery, remote_id: str) -> Delivery | None:
    """Return the other delivery of the account that has this post already."""
    others = Delivery.objects.filter(account_id=delivery.account_id, remote_id=remote_id).exclude(pk=delivery.pk)
    return others.select_related("publication").first()
