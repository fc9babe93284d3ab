"""The life of a version of a word list: written, tried, in shadow, in force, stopped, undone as one (N-4)."""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from pregonero.errors import Refused, WrongState
from pregonero.moderation import list_queries as queries
from pregonero.moderation.actions.decisions import undo_source
from pregonero.moderation.list_files import ListTerm, terms_from_json
from pregonero.moderation.list_rules import check_may_confirm, check_may_go_on, check_reason
from pregonero.moderation.list_states import ListState
from pregonero.moderation.models import Decision, WordListStep, WordListVersion
from pregonero.networks.models import Account
from pregonero.networks.queries import get_account
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import GROUP_HEADS
from pregonero.people.rules import check_may
from pregonero.records.actions import Actor, record
from pregonero.records.canonical_body import digest_of_text


@transaction.atomic(durable=True)
def write_list(
    *, account: Account, terms: Sequence[ListTerm], reason: str, by: Member, now: datetime
) -> WordListVersion:
    """Write the next version of an account's list, and have it tried on the last 90 days."""
    account = get_account(member=by, pk=account.pk, for_update=True)
    check_may(by, "word_lists.manage", now=now)
    reason = check_reason(reason)
    stored = [term.as_json() for term in terms]
    if not stored:
        raise Refused("La lista no tiene ningún término.")
    latest = WordListVersion.objects.filter(account=account).order_by("-number").first()
    if latest is not None and latest.terms == stored and latest.state != ListState.DISCARDED:
        raise WrongState(f"Es igual a la versión {latest.number}.")
    version = WordListVersion.objects.create(
        account=account,
        number=latest.number + 1 if latest else 1,
        terms=stored,
        digest=digest_of_text("", json.dumps(stored, ensure_ascii=False)),
        reason=reason,
        by=by,
        at=now,
    )
    _store_step(version, ListState.WRITTEN, reason, by, now)
    app.configure_task("moderation.try_list").defer(version_id=version.pk)
    return version


@transaction.atomic(durable=True)
def watch_in_shadow(*, version: WordListVersion, reason: str, by: Member, now: datetime) -> WordListVersion:
    """Have a version look at what arrives without acting. Another one in shadow is replaced."""
    version = _locked(version, by)
    check_may_go_on(by, version, ListState.SHADOW, now=now)
    _replace(version, (ListState.SHADOW, ListState.ASKED), by, now)
    version.watched_until = now
    version.asked_by = version.confirmed_by = None
    return _move(version, ListState.SHADOW, check_reason(reason), by, now)


@transaction.atomic(durable=True)
def put_list_in_force(*, version: WordListVersion, reason: str, by: Member, now: datetime) -> WordListVersion:
    """Put a version in force, or ask for a second person where its trial needs one (N-4)."""
    version = _locked(version, by)
    to = ListState.ASKED if version.needs_second_person else ListState.IN_FORCE
    check_may_go_on(by, version, to, now=now)
    version.asked_by = by
    if to == ListState.IN_FORCE:
        return _enforce(version, check_reason(reason), by, now)
    moved = _move(version, to, check_reason(reason), by, now)
    others = [one for one in members_with(by.entity, GROUP_HEADS, today=timezone.localdate(now)) if one != by]
    notify(
        members=others,
        kind="word_list.asked",
        ref=version.ref,
        title=f"{by} pide poner en vigor una lista de palabras en {version.account}",
        why="Por su parte de lo escrito, necesita a una segunda persona.",
        path=version.get_absolute_url(),
        now=now,
    )
    return moved


@transaction.atomic(durable=True)
def confirm_list(*, version: WordListVersion, reason: str, by: Member, now: datetime) -> WordListVersion:
    """Put in force, as the second person, a version that another one asked for."""
    version = _locked(version, by)
    check_may_confirm(by, version, now=now)
    version.confirmed_by = by
    return _enforce(version, check_reason(reason), by, now)


@transaction.atomic(durable=True)
def stop_list(*, version: WordListVersion, reason: str, by: Member, now: datetime) -> WordListVersion:
    """Stop a version in force: it holds nothing more, and what it held stays until it is decided or undone."""
    version = _locked(version, by)
    check_may_go_on(by, version, ListState.STOPPED, now=now)
    return _move(version, ListState.STOPPED, check_reason(reason), by, now)


@transaction.atomic(durable=True)
def discard_list(*, version: WordListVersion, reason: str, by: Member, now: datetime) -> WordListVersion:
    """Leave out a version that was never in force."""
    version = _locked(version, by)
    check_may_go_on(by, version, ListState.DISCARDED, now=now)
    return _move(version, ListState.DISCARDED, check_reason(reason), by, now)


def undo_list(*, version: WordListVersion, reason: str, by: Member, now: datetime) -> list[Decision]:
    """Stop a version, and undo together each of its decisions that no person has changed since."""
    with transaction.atomic(durable=True):
        locked = _locked(version, by)
        check_may_go_on(by, locked, ListState.UNDONE, now=now)
        _move(locked, ListState.UNDONE, check_reason(reason), by, now)
    # Its own transaction: the version has stopped already, so nothing is held while the rest is shown again.
    return undo_source(source=locked.ref, reason=check_reason(reason), by=by, now=now)


def stop_by_brake(version: WordListVersion, *, reason: str, now: datetime) -> None:
    """Stop a locked version because it held an unusual share, and tell who coordinates."""
    _move(version, ListState.STOPPED, reason, None, now)
    entity = version.account.entity
    notify(
        members=members_with(entity, GROUP_HEADS, today=timezone.localdate(now)),
        kind="word_list.braked",
        ref=version.ref,
        title=f"Se detuvo sola la lista de palabras de {version.account}",
        why=reason,
        path=version.get_absolute_url(),
        now=now,
    )


def _locked(version: WordListVersion, by: Member) -> WordListVersion:
    """Return a version locked after its account, so that two versions of an account never move at once."""
    get_account(member=by, pk=queries.get_list(member=by, pk=version.pk).account_id, for_update=True)
    return queries.get_list(member=by, pk=version.pk, for_update=True)


def _enforce(version: WordListVersion, reason: str, by: Member, now: datetime) -> WordListVersion:
    _replace(version, (ListState.IN_FORCE,), by, now)
    version.in_force_at = now
    version.watched_until = now
    return _move(version, ListState.IN_FORCE, reason, by, now)


def _replace(version: WordListVersion, states: tuple[ListState, ...], by: Member, now: datetime) -> None:
    others = WordListVersion.objects.select_for_update(no_key=True, of=("self",)).select_related("account__entity")
    for other in others.filter(account=version.account, state__in=states).exclude(pk=version.pk):
        _move(other, ListState.REPLACED, f"La reemplaza la versión {version.number}.", by, now)


def _move(version: WordListVersion, to: ListState, reason: str, by: Member | None, now: datetime) -> WordListVersion:
    version.state = to
    version.save()
    _store_step(version, to, reason, by, now)
    return version


def _store_step(version: WordListVersion, state: ListState, reason: str, by: Member | None, now: datetime) -> None:
    WordListStep.objects.create(version=version, state=state, reason=reason, by=by, at=now)
    record(
        entity_id=version.account.entity_id,
        event_type="word_list.moved" if state != ListState.WRITTEN else "word_list.written",
        actor=by.actor if by else Actor(kind="rule", id=version.pk, name=version.ref.label),
        ref=version.ref,
        at=now,
        related=[version.account.ref],
        facts={
            "state": str(state),
            "number": version.number,
            "digest": version.digest,
            "terms": len(terms_from_json(version.terms)),
        },
        texts={"reason": reason},
    )
