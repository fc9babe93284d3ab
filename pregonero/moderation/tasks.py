"""Jobs that read back what the networks show of the comments about which something was decided."""

from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from pregonero.errors import Refused
from pregonero.moderation import queries, restriction_queries
from pregonero.moderation.actions.decisions import propose
from pregonero.moderation.actions.restrictions import open_readings, store_reading_problem, store_restricted
from pregonero.moderation.actions.shown_state import postpone_reading, store_gone, store_reading
from pregonero.moderation.link_rule import link_rule, why_proposed
from pregonero.moderation.models import ModeratedComment, RestrictionReading
from pregonero.moderation.states import Category
from pregonero.networks.base import NetworkError, Permanent
from pregonero.networks.interactions import Author
from pregonero.networks.moderation import COMMENT_GONE
from pregonero.networks.queries import credentials_for
from pregonero.networks.registry import NETWORKS, moderator_of, restriction_reader
from pregonero.networks.tokens import with_token_refresh
from pregonero.outbox.sender import flush_limit_readings


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
