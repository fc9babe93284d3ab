"""What a person must see to decide whether a delivery is published, or to post it by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from pregonero.media.models import Medium
from pregonero.networks.manual_posting import Intent, RemotePost, posting_address, profile_address
from pregonero.networks.queries import credentials_without_token
from pregonero.networks.registry import manual_posting
from pregonero.outbox.models import Attempt, Delivery
from pregonero.outbox.post_lookup import PostLookup
from pregonero.outbox.queries.deliveries import get_delivery, last_attempt, media_of, outgoing_of, surroundings_of
from pregonero.outbox.queries.holds import why_held
from pregonero.outbox.states import REMOVED
from pregonero.people.models import Member
from pregonero.records.models import Event


@dataclass(frozen=True)
class Candidate:
    """A post found at the network that may be ours."""

    remote_id: str
    url: str
    text: str
    at: datetime | None

    @property
    def lookup(self) -> PostLookup:
        """Return it as a post that was read at its address."""
        seen = RemotePost(self.remote_id, self.url, self.text, self.at.isoformat() if self.at else "")
        return PostLookup(self.remote_id, self.url, seen)


@dataclass(frozen=True)
class PendingDecision:
    """A delivery that waits for a person's decision: what was sent, and what was found."""

    delivery: Delivery
    attempt: Attempt | None
    media: tuple[Medium, ...]
    candidates: tuple[Candidate, ...]
    is_late: bool
    held: str
    profile: str


@dataclass(frozen=True)
class ManualFile:
    """A file that a person uploads at the network, with its alternative text."""

    medium: Medium
    alt: str


@dataclass(frozen=True)
class ManualWork:
    """What a person needs to post a delivery at the network."""

    delivery: Delivery
    intent: Intent
    opens: str
    title: str
    text: str
    under: tuple[str, ...]  # the texts that go under it: the rest of its thread, or its comments
    media: tuple[ManualFile, ...]
    is_late: bool


def pending_decision_of(*, member: Member, pk: int, now: datetime) -> PendingDecision:
    """Return what a person is asked about a delivery."""
    delivery = get_delivery(member=member, pk=pk)
    attempt = last_attempt(delivery)
    return PendingDecision(
        delivery=delivery,
        attempt=attempt,
        media=tuple(_media_sent(attempt)) if attempt else (),
        candidates=tuple(candidates_of(delivery.candidates)),
        is_late=now > delivery.expires_at,
        held=why_held(delivery),
        profile=profile_address(manual_posting(delivery.account.network), credentials_without_token(delivery.account)),
    )


def _media_sent(attempt: Attempt) -> Iterable[Medium]:
    """Yield the pictures and videos of an attempt, without captions nor thumbnails."""
    media = media_of(attempt)
    for entry in attempt.content["media"]:
        if entry["sha256"] in media:
            yield media[entry["sha256"]]


def candidates_of(stored: Iterable[dict[str, str]]) -> Iterable[Candidate]:
    """Yield the stored candidates of a delivery."""
    for candidate in stored:
        at = parse_datetime(candidate["at"]) if candidate.get("at") else None
        yield Candidate(candidate["remote_id"], candidate["url"], candidate.get("text", ""), at)


def manual_work_of(*, member: Member, pk: int, now: datetime) -> ManualWork:
    """Return what a person needs to post a delivery by hand."""
    delivery = get_delivery(member=member, pk=pk)
    manual = manual_posting(delivery.account.network)
    around = surroundings_of([delivery])
    post = outgoing_of(delivery, around).post
    text = f"{post.text}\n\n{post.link}".strip() if post.link and post.link not in post.text else post.text
    following = Delivery.objects.filter(
        subject_kind=delivery.subject_kind,
        subject_id=delivery.subject_id,
        account_id=delivery.account_id,
        position__gt=delivery.position,
    ).exclude(reason_code=REMOVED)
    return ManualWork(
        delivery=delivery,
        intent=manual.intent,
        opens=posting_address(manual, credentials_without_token(delivery.account), text),
        title=post.title,
        text=text,
        under=tuple(part.payload["text"] for part in following.order_by("position")),
        media=tuple(ManualFile(around.media[entry["sha256"]], entry["alt"]) for entry in delivery.payload["media"]),
        is_late=now > delivery.expires_at,
    )


def who_decided(delivery: Delivery) -> str:
    """Return in Spanish who decided about a delivery and when; nothing when nobody has."""
    decided = Event.objects.filter(ref=delivery.ref.reference, event_type="delivery.decided").order_by("-pk").first()
    if decided is None:
        return ""
    answer = "sí salió" if decided.facts.get("out") else "no salió"
    return f"{decided.actor['name']} ya lo decidió a las {timezone.localtime(decided.at):%H:%M}: {answer}."
