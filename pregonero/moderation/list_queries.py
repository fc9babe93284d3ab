"""What is read of word lists: versions, what they would hold, and what a network has as its own (N-4, FB-4, YT-3)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from pregonero.errors import NotFound, WrongState
from pregonero.inbox.models import Message
from pregonero.moderation.list_files import ListTerm, terms_from_json
from pregonero.moderation.list_states import LOOK_BACK, MOST_EXAMPLES, WATCHING, Limits, ListState
from pregonero.moderation.matcher import letters_of
from pregonero.moderation.models import (
    BlockedWordsReview,
    ListHit,
    ListLimits,
    NetworkListReading,
    WordListVersion,
)
from pregonero.networks.models import Account
from pregonero.networks.queries import accounts_of
from pregonero.networks.registry import network
from pregonero.people.models import Entity, Member

OVERLAP = timedelta(minutes=2)  # a transaction that began earlier can store its messages later
CHUNK = 2_000


def get_list(*, member: Member, pk: int, for_update: bool = False) -> WordListVersion:
    """Return a version of a list of the member's entity. Raises `NotFound` for any other."""
    versions = _versions(for_update=for_update).filter(pk=pk, account__entity_id=member.entity_id)
    version = versions.select_related("account__entity", "by", "asked_by", "confirmed_by").first()
    if version is None:
        raise NotFound
    return version


def list_for_jobs(*, pk: int, for_update: bool = False) -> WordListVersion:
    """Return a version of any entity, for the jobs that try and watch. Raises `NotFound`."""
    version = _versions(for_update=for_update).select_related("account__entity").filter(pk=pk).first()
    if version is None:
        raise NotFound
    return version


def check_in_force(*, pk: int) -> None:
    """Lock a version, so that who stops it waits, and raise `WrongState` unless it is in force."""
    if list_for_jobs(pk=pk, for_update=True).state != ListState.IN_FORCE:
        raise WrongState("Esta versión ya no está en vigor.")


def _versions(*, for_update: bool) -> QuerySet[WordListVersion]:
    rows = WordListVersion.objects
    return rows.select_for_update(no_key=True, of=("self",)) if for_update else rows.all()


@dataclass(frozen=True)
class AccountLists:
    """An account with the versions of its list that matter now."""

    account: Account
    in_force: WordListVersion | None
    coming: WordListVersion | None  # in trial, in shadow, or waiting for a second person
    stopped: WordListVersion | None
    is_review_due: bool  # of this month's blocked words, where only a person can change them (YT-3)


def lists_of(entity: Entity, *, today: date) -> list[AccountLists]:
    """Return the accounts of an entity with their lists."""
    reviews = BlockedWordsReview.objects.filter(account__entity=entity, month=today.replace(day=1))
    reviewed = set(reviews.values_list("account_id", flat=True))
    now = (ListState.IN_FORCE, ListState.WRITTEN, ListState.SHADOW, ListState.ASKED, ListState.STOPPED)
    found = WordListVersion.objects.filter(account__entity=entity, state__in=now).defer("terms").order_by("number")
    by_account: dict[int, dict[str, WordListVersion]] = {}
    for version in found.select_related("by", "account"):
        by_account.setdefault(version.account_id, {})[version.state] = version
    rows = []
    for account in accounts_of(entity):
        states = by_account.get(account.pk, {})
        coming = states.get(ListState.WRITTEN) or states.get(ListState.ASKED) or states.get(ListState.SHADOW)
        in_force = states.get(ListState.IN_FORCE)
        is_due = bool(in_force and network(account.network).word_list_page) and account.pk not in reviewed
        rows.append(AccountLists(account, in_force, coming, states.get(ListState.STOPPED), is_due))
    return rows


def versions_of(account: Account) -> list[WordListVersion]:
    """Return the versions of an account's list, the newest first."""
    versions = WordListVersion.objects.filter(account=account).select_related("by").defer("terms")
    return list(versions.order_by("-number")[:100])


def latest_terms(account: Account) -> list[ListTerm]:
    """Return the terms of the list in force, or of the newest one; none when there is no list."""
    versions = WordListVersion.objects.filter(account=account).exclude(state=ListState.DISCARDED)
    in_force = versions.filter(state=ListState.IN_FORCE).first() or versions.order_by("-number").first()
    return terms_from_json(in_force.terms) if in_force else []


def set_limits_of(entity: Entity) -> ListLimits | None:
    """Return the limits that somebody set for the entity's lists; None while they are those of the system."""
    return ListLimits.objects.filter(entity=entity).select_related("by").order_by("-number").first()


def limits_of(entity: Entity) -> Limits:
    """Return the limits of the entity's lists."""
    stored = set_limits_of(entity)
    return Limits(**{field.name: getattr(stored, field.name) for field in fields(Limits)}) if stored else Limits()


def list_in_force(account: Account) -> WordListVersion | None:
    """Return the version in force of an account's list; None when there is none."""
    return WordListVersion.objects.filter(account=account, state=ListState.IN_FORCE).first()


def watching_lists() -> list[int]:
    """Return the ids of the versions that are compared with what arrives."""
    return list(WordListVersion.objects.filter(state__in=WATCHING).order_by("pk").values_list("pk", flat=True))


def past_messages(account: Account, *, now: datetime) -> Iterator[Message]:
    """Return what people wrote to an account in the last 90 days, the oldest first, with only its id and text."""
    messages = _written(account).filter(written_at__gte=now - LOOK_BACK)
    return messages.only("pk", "text").order_by("written_at", "pk").iterator(chunk_size=CHUNK)


def arrived_since(version: WordListVersion) -> Iterator[Message]:
    """Return all that arrived or was edited since a version last looked, and a little before: a flood too."""
    since = (version.watched_until or version.at) - OVERLAP
    seen = ListHit.objects.filter(version=version).values("message_id")
    messages = _written(version.account).filter(Q(received_at__gt=since) | Q(edited_at__gt=since)).exclude(pk__in=seen)
    return messages.order_by("received_at", "pk").iterator(chunk_size=CHUNK)


def _written(account: Account) -> QuerySet[Message]:
    return Message.objects.filter(account=account, contact__isnull=False, deleted_at__isnull=True).exclude(text="")


def arrived_since_count(account: Account, *, since: datetime) -> int:
    """Return how many comments arrived at an account since a moment."""
    return _written(account).filter(received_at__gte=since).count()


@dataclass(frozen=True)
class ListFigures:
    """What a version found live: comments, those that criticise, those that it acted on, and its commonest terms."""

    hits: int
    criticism: int
    acted: int
    terms: list[tuple[str, int]]


def live_figures(version: WordListVersion) -> ListFigures:
    """Return what a version found since it is in shadow or in force."""
    hits = ListHit.objects.filter(version=version)
    counted = hits.aggregate(
        all=Count("pk"), criticism=Count("pk", filter=Q(is_criticism=True)), acted=Count("pk", filter=Q(acted=True))
    )
    terms = Counter(dict(hits.values_list("term").annotate(n=Count("pk")).order_by("-n", "term")[:10]))
    return ListFigures(counted["all"], counted["criticism"], counted["acted"], terms.most_common())


@dataclass(frozen=True)
class Example:
    """A comment that a version would hold, with the term, and whether it criticises the entity."""

    message: Message
    term: str
    is_criticism: bool


def examples_of(version: WordListVersion) -> list[Example]:
    """Return the examples of a trial; what was erased since has no words left."""
    told = {one[0]: (one[1], one[2]) for one in version.trial.get("examples", [])[:MOST_EXAMPLES]}
    messages = (
        Message.objects.filter(pk__in=told).select_related("account", "conversation").order_by("-written_at", "pk")
    )
    examples = [Example(message, *told[message.pk]) for message in messages]
    return sorted(examples, key=lambda example: not example.is_criticism)


@dataclass(frozen=True)
class WordDifference:
    """What a list has and the other lacks, both in order."""

    missing: list[str]
    extra: list[str]

    @property
    def is_none(self) -> bool:
        """Return whether both have the same words."""
        return not self.missing and not self.extra


def words_of(terms: Sequence[ListTerm]) -> list[str]:
    """Return the words of a list as a network takes them: without commas, each once, in order."""
    return sorted({" ".join(term.text.replace(",", " ").split()).lower() for term in terms})


def difference(ours: Sequence[str], theirs: Sequence[str]) -> WordDifference:
    """Compare two lists of words by their letters: capitals and accents are no difference."""
    our_letters, their_letters = {letters_of(word) for word in ours}, {letters_of(word) for word in theirs}
    return WordDifference(
        [word for word in ours if letters_of(word) not in their_letters],
        [word for word in theirs if letters_of(word) not in our_letters],
    )


def network_list(account: Account) -> NetworkListReading | None:
    """Return what the network had as its own list when it was last asked."""
    return NetworkListReading.objects.filter(account=account).first()


def network_lists_due(*, networks: Sequence[str], now: datetime) -> list[Account]:
    """Return the accounts whose own list at the network is to be read now."""
    accounts = Account.objects.filter(network__in=networks, retired_at__isnull=True, credential__isnull=False)
    due = Q(network_word_list__isnull=True) | Q(network_word_list__next_read_at__lte=now)
    return list(accounts.filter(due).select_related("entity").order_by("pk")[:50])


def reviews_of(account: Account) -> list[BlockedWordsReview]:
    """Return the signed reviews of an account, the newest first."""
    reviews = BlockedWordsReview.objects.filter(account=account).select_related("by", "version")
    return list(reviews.order_by("-month")[:60])


def review_of_month(account: Account, month: date) -> BlockedWordsReview | None:
    """Return the review of a month, when it is signed."""
    return BlockedWordsReview.objects.filter(account=account, month=month).select_related("by").first()
