"""What a version of a word list found: in its trial on the past, and live, in shadow or in force, with its brake."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from pregonero.inbox.models import Message
from pregonero.moderation import list_queries as queries
from pregonero.moderation.actions.word_lists import stop_by_brake
from pregonero.moderation.list_files import ListTerm
from pregonero.moderation.list_rules import brakes, needs_second_person
from pregonero.moderation.list_states import BRAKE_WINDOW, MOST_EXAMPLES, WATCHING, ListState
from pregonero.moderation.models import ListHit, WordListVersion

MOST_TERMS_SHOWN = 30


@dataclass(frozen=True)
class FoundTerm:
    """A message that a list hits, the first term that did, and whether the text seems to criticise."""

    message: Message
    term: ListTerm
    is_criticism: bool


@dataclass
class TrialResult:
    """What a version would have held of the past. Examples are ids of messages with the term, never words."""

    read: int = 0
    hits: int = 0
    criticism: int = 0
    terms: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[int, str, bool]] = field(default_factory=list)

    def add(self, found: FoundTerm) -> None:
        """Count a message that would have been held. Criticism goes first among the examples."""
        self.hits += 1
        self.criticism += found.is_criticism
        self.terms[found.term.text] += 1
        example = (found.message.pk, found.term.text, found.is_criticism)
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(example)
        elif found.is_criticism:
            plain = next((place for place, one in enumerate(self.examples) if not one[2]), None)
            if plain is not None:
                self.examples[plain] = example

    def as_json(self) -> dict[str, object]:
        """Return it as a version stores it."""
        terms = self.terms.most_common(MOST_TERMS_SHOWN)
        return {
            "read": self.read,
            "hits": self.hits,
            "criticism": self.criticism,
            "terms": [list(two) for two in terms],
            "examples": [list(one) for one in self.examples],
        }


@transaction.atomic(durable=True)
def store_trial(*, version: WordListVersion, result: TrialResult, now: datetime) -> WordListVersion:
    """Store what a version would have held of the past; it says whether a second person is needed (N-4)."""
    version = queries.list_for_jobs(pk=version.pk, for_update=True)
    version.trial, version.tried_at = result.as_json(), now
    version.needs_second_person = needs_second_person(
        read=result.read,
        hits=result.hits,
        criticism=result.criticism,
        limits=queries.limits_of(version.account.entity),
    )
    version.save(update_fields=["trial", "tried_at", "needs_second_person"])
    return version


@transaction.atomic(durable=True)
def store_hits(
    *, version: WordListVersion, found: Sequence[FoundTerm], until: datetime, now: datetime
) -> list[ListHit]:
    """Store what a version found live. Return the hits to act on: none in shadow, nor when its brake stops it.

    The brake is looked at before anything is held, so that a flood stops the list and not the conversation.
    """
    version = queries.list_for_jobs(pk=version.pk, for_update=True)
    if version.state not in WATCHING:
        return []
    hits = [
        ListHit(
            version=version,
            message=one.message,
            term=one.term.text[:60],
            category=one.term.category,
            is_criticism=one.is_criticism,
            at=now,
        )
        for one in found
    ]
    ListHit.objects.bulk_create(hits, ignore_conflicts=True)
    version.watched_until = until
    version.save(update_fields=["watched_until"])
    if version.state != ListState.IN_FORCE or _is_braked(version, now):
        return []
    waiting = ListHit.objects.filter(version=version, tried_at__isnull=True, at__gte=version.in_force_at)
    return list(waiting.select_related("message__account__entity", "version__account").order_by("pk"))


@transaction.atomic(durable=True)
def mark_tried(*, hit: ListHit, acted: bool, now: datetime) -> None:
    """Store whether a comment was held because of a hit; it is not tried again."""
    ListHit.objects.filter(pk=hit.pk).update(acted=acted, tried_at=now)


def _is_braked(version: WordListVersion, now: datetime) -> bool:
    """Stop a version that holds an unusual share, and return whether it did."""
    since = max(now - BRAKE_WINDOW, version.in_force_at or now)
    hits = ListHit.objects.filter(version=version, at__gte=since).count()
    arrived = max(queries.arrived_since_count(version.account, since=since), hits)  # an edit is no new arrival
    limits = queries.limits_of(version.account.entity)
    if not brakes(version, hits=hits, arrived=arrived, now=now, limits=limits):
        return False
    stop_by_brake(version, reason=f"Iba a retener {hits} de los {arrived} comentarios de la última hora.", now=now)
    return True
