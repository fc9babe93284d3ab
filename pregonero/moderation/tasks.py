"""Jobs of moderation: reading back what networks show, proposing links, trying word lists and watching what arrives."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from pregonero.errors import Refused
from pregonero.inbox.models import Message
from pregonero.moderation import chat_queries, list_queries, queries, restriction_queries
from pregonero.moderation.actions.author_notices import tell_decision, tell_review
from pregonero.moderation.actions.chat import note_taken_down
from pregonero.moderation.actions.decisions import hold_by_rule, propose
from pregonero.moderation.actions.delivered_items import BATCH, prune_delivered
from pregonero.moderation.actions.list_watch import FoundTerm, TrialResult, mark_tried, store_hits, store_trial
from pregonero.moderation.actions.network_lists import store_network_list, store_network_list_problem
from pregonero.moderation.actions.restrictions import (
    NoticedChange,
    open_readings,
    store_reading_problem,
    store_restricted,
    take_notice,
)
from pregonero.moderation.actions.shown_state import postpone_reading, store_gone, store_reading
from pregonero.moderation.author_notices import decisions_to_tell, reviews_to_tell
from pregonero.moderation.criticism import is_criticism
from pregonero.moderation.link_rule import link_rule, why_proposed
from pregonero.moderation.list_files import ListTerm, matcher_terms, terms_from_json
from pregonero.moderation.list_states import ListState
from pregonero.moderation.matcher import Matcher
from pregonero.moderation.models import CommunityRule, ListHit, ModeratedComment, RestrictionReading, WordListVersion
from pregonero.moderation.queries import rules_in_force
from pregonero.moderation.states import Category
from pregonero.networks.base import NetworkError, Permanent
from pregonero.networks.interactions import Author, InteractionKind
from pregonero.networks.models import Account
from pregonero.networks.moderation import COMMENT_GONE
from pregonero.networks.queries import credentials_for
from pregonero.networks.registry import (
    NETWORKS,
    moderator_of,
    networks_with_word_list,
    restriction_reader,
    word_list_of,
)
from pregonero.networks.tokens import with_token_refresh
from pregonero.outbox.sender import flush_limit_readings

COMPILED_LISTS = 16  # that a process keeps ready: a list of 5,000 terms takes some megabytes


@app.periodic(cron="* * * * * */15")
@app.task(name="moderation.check_comments", queue="reading", queueing_lock="check_comments")
def check_comments(timestamp: int, **_later: Any) -> None:
    """Read back the comments whose change was made: the network's state must be what our table says."""
    for message_id in queries.comments_to_check(now=timezone.now()):
        _check(queries.moderated_comment(message_id=message_id))
    flush_limit_readings(at_once=True)


@app.periodic(cron="* * * * * */30")
@app.task(name="moderation.propose_links", queue="reading", queueing_lock="propose_links")
def propose_links(timestamp: int, **_later: Any) -> None:
    """Propose the new comments with links or hashtags, on the networks where the procedure blocks them (YT-4)."""
    now = timezone.now()
    for message in queries.comments_without_proposal(networks=_networks_without_links(), now=now):
        why = why_proposed(message.text)
        if why:
            propose(message=message, category=Category.SCAM, why=why, source=link_rule(message.account), now=now)


@app.periodic(cron="* * * * * */30")
@app.task(name="moderation.read_restrictions", queue="reading", queueing_lock="read_restrictions")
def read_restrictions(timestamp: int, **_later: Any) -> None:
    """Read the lists of blocked and muted people that are due: they must be empty (ALL-1)."""
    now = timezone.now()
    open_readings(accounts=restriction_queries.accounts_without_readings(), now=now)
    for reading in restriction_queries.readings_due(now=now):
        try:
            people = _people_on(reading)
        except (NetworkError, Refused) as problem:
            reason = problem.message if isinstance(problem, Refused) else problem.reason
            store_reading_problem(reading=reading, reason=reason, now=timezone.now())
        else:
            store_restricted(reading=reading, people=people, now=timezone.now())
    flush_limit_readings(at_once=True)


@app.task(name="moderation.take_restriction", queue="reading")
def take_restriction(
    *, account_id: int, contact_id: int, kind: str, is_end: bool, happened_at: str, digest: str, **_later: Any
) -> None:
    """Take what a network's notice says of a block: a finding is open within seconds, not at the next reading."""
    account, contact = restriction_queries.account_and_contact(account_id=account_id, contact_id=contact_id)
    change = NoticedChange(kind, is_end, datetime.fromisoformat(happened_at), digest)
    take_notice(account=account, contact=contact, change=change, now=timezone.now())


def _people_on(reading: RestrictionReading) -> list[Author]:
    reader = restriction_reader(reading.account.network)
    if reader is None:
        return []
    return with_token_refresh(credentials_for(reading.account), lambda fresh: reader.people(fresh, reading.kind))


def _networks_without_links() -> list[str]:
    found = ((name, moderator_of(name)) for name in NETWORKS)
    return [name for name, moderator in found if moderator is not None and moderator.proposes_links]


def _check(comment: ModeratedComment) -> None:
    moderator = moderator_of(comment.account.network)
    if moderator is None:
        return
    remote_id = comment.message.remote_id
    try:
        is_hidden = with_token_refresh(
            credentials_for(comment.account), lambda fresh: moderator.is_hidden(fresh, remote_id)
        )
    except Permanent as error:
        if error.code == COMMENT_GONE:
            store_gone(message_id=comment.message_id, now=timezone.now())
        else:
            postpone_reading(message_id=comment.message_id, now=timezone.now())
    except (NetworkError, Refused):
        postpone_reading(message_id=comment.message_id, now=timezone.now())
    else:
        store_reading(message_id=comment.message_id, is_hidden=is_hidden, now=timezone.now())


@app.task(name="moderation.try_list", queue="reading")
def try_list(*, version_id: int, **_later: Any) -> None:
    """Find what a version would have held of the last 90 days, and store the figures."""
    version = list_queries.list_for_jobs(pk=version_id)
    if version.state != ListState.WRITTEN:
        return
    now, result = timezone.now(), TrialResult()

    def counted(messages: Iterable[Message]) -> Iterator[Message]:
        for message in messages:
            result.read += 1
            yield message

    for found in found_in(version, counted(list_queries.past_messages(version.account, now=now))):
        result.add(found)
    store_trial(version=version, result=result, now=timezone.now())


@app.periodic(cron="* * * * * */10")
@app.task(name="moderation.watch_lists", queue="reading", queueing_lock="watch_lists")
def watch_lists(timestamp: int, **_later: Any) -> None:
    """Compare what arrived with the versions in shadow and in force; hold what those in force find."""
    for version_id in list_queries.watching_lists():
        version = list_queries.list_for_jobs(pk=version_id)
        until = timezone.now()
        found = list(found_in(version, list_queries.arrived_since(version)))
        for hit in store_hits(version=version, found=found, until=until, now=timezone.now()):
            mark_tried(hit=hit, acted=holds(hit), now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="moderation.tell_authors", queue="reading", queueing_lock="tell_authors")
def tell_authors(timestamp: int, **_later: Any) -> None:
    """Tell the authors of the comments that people hid, and of those whose review was decided, once (N-3)."""
    for decision_id in decisions_to_tell(now=timezone.now()):
        tell_decision(decision_id=decision_id, now=timezone.now())
    for review_id in reviews_to_tell(now=timezone.now()):
        tell_review(review_id=review_id, now=timezone.now())


@app.task(name="moderation.note_taken_down", queue="reading")
def tell_taken_down(*, account_id: int, remote_ids: list[str], **_later: Any) -> None:
    """Tell who coordinates that somebody removed chat messages at the network: nothing is deleted there (N-3)."""
    found = chat_queries.chat_messages(account_id=account_id, remote_ids=remote_ids)
    path = reverse("moderation:chat", args=[found[0].conversation.post_id]) if found else ""
    note_taken_down(messages=found, path=path, now=timezone.now())


@app.periodic(cron="20 3 * * *")
@app.task(name="moderation.prune_delivered", queue="reading", queueing_lock="prune_delivered")
def prune_delivered_items(timestamp: int, **_later: Any) -> None:
    """Remove each night the notes of what was delivered that no close needs any more."""
    while prune_delivered(now=timezone.now()) == BATCH:
        pass


@app.periodic(cron="* * * * *")
@app.task(name="moderation.read_network_lists", queue="reading", queueing_lock="read_network_lists")
def read_network_lists(timestamp: int, **_later: Any) -> None:
    """Read the own word lists of the networks that have one, once a week and after each write (FB-4)."""
    for account in list_queries.network_lists_due(networks=networks_with_word_list(), now=timezone.now()):
        _read_network_list(account)
    flush_limit_readings(at_once=True)


def found_in(version: WordListVersion, messages: Iterable[Message]) -> Iterator[FoundTerm]:
    """Yield the messages that a version hits, each with its first term."""
    matcher, terms = _compiled(version.pk)
    for message in messages:
        hits = matcher.find(message.text)
        if hits:
            yield FoundTerm(message, terms[hits[0].term.id], is_criticism(message.text))


@lru_cache(maxsize=COMPILED_LISTS)
def _compiled(version_id: int) -> tuple[Matcher, list[ListTerm]]:
    """Return the matcher of a version, whose terms never change."""
    terms = terms_from_json(list_queries.list_for_jobs(pk=version_id).terms)
    return Matcher(matcher_terms(terms)), terms


def holds(hit: ListHit) -> bool:
    """Hold the comment of a hit, citing the rule of its category, and return whether it is held.

    Without such a rule nothing is held. Holding twice is once, so that a worker that ended in between does it again.
    """
    if hit.message.kind == InteractionKind.CHAT:  # no API holds it: a person decides
        why = f"Tiene «{hit.term}», de la lista de palabras."
        propose(message=hit.message, category=hit.category, why=why, source=hit.version.ref, now=timezone.now())
        return False
    rule = _rule_for(hit)
    if rule is None:
        return False
    try:
        decision = hold_by_rule(
            message=hit.message,
            rule=rule,
            reason=f"Tiene «{hit.term}», de la lista de palabras.",
            source=hit.version.ref,
            now=timezone.now(),
            check=partial(list_queries.check_in_force, pk=hit.version_id),
        )
    except Refused:
        return False  # its network cannot hide it, its author removed it, or the version was stopped or undone
    return decision.source_id == hit.version_id  # not where a person had decided already


def _rule_for(hit: ListHit) -> CommunityRule | None:
    rules = rules_in_force(hit.message.account.entity)
    return rules.rules.filter(category=hit.category).select_related("version").first() if rules else None


def _read_network_list(account: Account) -> None:
    network_list = word_list_of(account.network)
    if network_list is None:
        return
    try:
        words = with_token_refresh(credentials_for(account), network_list.read)
    except (NetworkError, Refused) as problem:
        reason = problem.message if isinstance(problem, Refused) else problem.reason
        store_network_list_problem(account=account, reason=reason, now=timezone.now())
    else:
        store_network_list(account=account, words=words, now=timezone.now())
