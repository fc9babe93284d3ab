"""The checks that the system makes by itself: what each asks, what it concludes, and the answer kept as evidence.

FB-4, FB-5 and ALL-1 rest on what moderation already has, and YT-5 on the closed pre-flight lists of live events; FB-1
and FB-6 ask the network here.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from pregonero.controls import access_queries
from pregonero.controls.actions.checks import CheckDraft, EvidenceDraft
from pregonero.controls.administrator_rules import why_not_two
from pregonero.controls.cadence import Cadence, due_after
from pregonero.controls.models import Check, ControlVersion
from pregonero.controls.states import EvidenceKind, Result
from pregonero.errors import Refused
from pregonero.moderation import list_queries, restriction_queries
from pregonero.moderation.list_files import terms_from_json
from pregonero.moderation.models import DailyClose
from pregonero.networks.account_audit import AccountAuditor
from pregonero.networks.base import ApiCredentials, NetworkError
from pregonero.networks.models import Account
from pregonero.networks.queries import credentials_for
from pregonero.networks.registry import auditor_of
from pregonero.networks.tokens import with_token_refresh
from pregonero.publishing.live.queries import closed_chat_check

AFTER_PROBLEM, AFTER_FAILURE = timedelta(hours=6), timedelta(days=1)
LONGEST_NOTE = 500
CLOSE_COUNTS = ("delivered", "seen", "hidden", "held", "in_ads", "shares", "filtered")


def is_due(version: ControlVersion, last: Check | None, *, now: datetime) -> bool:
    """Return whether a control is checked again now: a day after it was not met, and hours after a problem."""
    if last is None:
        return True
    if last.result == Result.UNVERIFIABLE:
        return now - last.received_at >= AFTER_PROBLEM
    if last.result == Result.NOT_MET:
        return now - last.received_at >= AFTER_FAILURE
    return timezone.localdate(now) >= due_after(timezone.localdate(last.observed_at), Cadence(version.cadence))


def check_administrators(account: Account, *, now: datetime) -> CheckDraft | None:
    """FB-1: exactly two administrators, the community manager and one of the Group's permanent staff."""

    def ask(auditor: AccountAuditor, credentials: ApiCredentials) -> CheckDraft:
        told = auditor.administrators(credentials)
        why = why_not_two(told.people, access_queries.administrator_links(account), day=timezone.localdate(now))
        return replace(_draft(why, told.answer, now), administrators=told.people)

    return _asked(account, ask, now)


def check_standing(account: Account, *, now: datetime) -> CheckDraft | None:
    """FB-6: the network holds no violation or restriction against the account."""

    def ask(auditor: AccountAuditor, credentials: ApiCredentials) -> CheckDraft:
        told = auditor.standing(credentials)
        return _draft(" ".join(told.problems), told.answer, now)

    return _asked(account, ask, now)


def _asked(
    account: Account, ask: Callable[[AccountAuditor, ApiCredentials], CheckDraft], now: datetime
) -> CheckDraft | None:
    """Return what a network answered; when it did not, or with another shape, the check is "no verificable hoy"."""
    auditor = auditor_of(account.network)
    if auditor is None:
        return None
    try:
        return with_token_refresh(credentials_for(account), lambda fresh: ask(auditor, fresh))
    except NetworkError as problem:
        return _unverifiable(problem.reason, now)
    except Refused as problem:
        return _unverifiable(problem.message, now)


def check_word_list(account: Account, *, now: datetime) -> CheckDraft | None:
    """FB-4: the words of the page are those of the list in force, as moderation last read them."""
    reading = list_queries.network_list(account)
    if reading is None or (reading.read_at is None and not reading.problem):
        return None  # moderation has not asked yet
    if reading.problem or reading.read_at is None:
        return _unverifiable(reading.problem, now)
    in_force = list_queries.list_in_force(account)
    ours = list_queries.words_of(terms_from_json(in_force.terms)) if in_force else []
    differing = list_queries.difference(ours, reading.words)
    why = ""
    if in_force is None:
        why = "La entidad no tiene una lista de palabras en vigor para esta cuenta."
    elif not differing.is_none:
        why = _why_differs(len(differing.missing), len(differing.extra))
    answer = {"lista": in_force.number if in_force else None, "en_la_red": reading.words}
    return _draft(why, _as_json(answer), reading.read_at)


def _why_differs(missing: int, extra: int) -> str:
    said = []
    if missing:
        said.append("le falta una palabra" if missing == 1 else f"le faltan {missing} palabras")
    if extra:
        said.append(f"tiene {extra} de más")
    return f"A la página {' y '.join(said)}."


def check_nobody_blocked(account: Account, *, now: datetime) -> CheckDraft | None:
    """ALL-1: every list that the network lets us read is empty. The evidence has figures, never names (N-7)."""
    readings = restriction_queries.readings_of_account(account)
    if not readings:
        return None  # nobody may read them here: it is a person's evidence
    findings = restriction_queries.people_on_lists(account)
    unread = [one for one in readings if one.problem or one.read_at is None]
    lists = [{"lista": one.kind, "leída": one.read_at.isoformat() if one.read_at else None} for one in readings]
    people = [{"lista": one.kind, "personas": count, "desde": one.opened_at.isoformat()} for one, count in findings]
    answer = _as_json({"listas": lists, "hallazgos": people})
    if findings:
        said = "; ".join(f"{one.get_kind_display()}: {count}" for one, count in findings)
        return _draft(f"La cuenta tiene personas en sus listas. {said.capitalize()}.", answer, now)
    if unread:
        problem = next((one.problem for one in unread if one.problem), "")
        return _unverifiable(problem, now) if problem else None
    return _draft("", answer, min(one.read_at for one in readings if one.read_at))


def check_daily_close(account: Account, *, now: datetime) -> CheckDraft | None:
    """FB-5: the last day that somebody signed closed with as many comments seen as the network delivered."""
    close = DailyClose.objects.filter(account=account).order_by("-day").first()
    if close is None:
        return None  # the open day is shown to the coordinator, and the control falls overdue
    adds_up = close.was_read and not close.difference
    counts = {name: getattr(close, name) for name in CLOSE_COUNTS}
    answer = _as_json({"día": close.day.isoformat(), "firma": str(close.by), "motivo": close.reason, **counts})
    return _draft("" if adds_up else f"El {close.day:%d/%m/%Y} no cerró completo: {close.reason}", answer, close.at)


def check_live_chat(account: Account, *, now: datetime) -> CheckDraft | None:
    """YT-5: what a person saw of the chat before a live event, with its capture, once the list was closed."""
    seen = closed_chat_check(account)
    if seen is None or seen.medium is None:
        return None
    note = f"Lista previa de «{seen.event}», cerrada. {seen.by}: {seen.seen} {seen.event.get_absolute_url()}"
    capture = EvidenceDraft(EvidenceKind.CAPTURE, medium=seen.medium, name="Casilla del chat en vivo")
    return CheckDraft(Result.MET, seen.observed_at, evidence=(capture, EvidenceDraft(EvidenceKind.NOTE, body=note)))


def is_newer(draft: CheckDraft, last: Check | None) -> bool:
    """Return whether a check rests on something seen after the last one: the same answer is not evidence twice."""
    return last is None or draft.observed_at > last.observed_at


def has_changed(draft: CheckDraft, last: Check | None) -> bool:
    """Return whether a check says something else than the last one, so that it is stored before its cadence."""
    return last is None or draft.result != last.result


def _draft(why: str, answer: str, observed_at: datetime) -> CheckDraft:
    result = Result.NOT_MET if why else Result.MET
    evidence = EvidenceDraft(EvidenceKind.ANSWER, body=answer, name="Respuesta de la red")
    return CheckDraft(result, observed_at, why[:LONGEST_NOTE], (evidence,))


def _unverifiable(reason: str, now: datetime) -> CheckDraft:
    return CheckDraft(Result.UNVERIFIABLE, now, (reason or "La red no respondió.")[:LONGEST_NOTE])


def _as_json(answer: Any) -> str:
    return json.dumps(answer, ensure_ascii=False, indent=1, sort_keys=True)


@dataclass(frozen=True)
class AutomaticCheck:
    """A check made by the system. `is_local` says that it asks no network, so that it is looked at each time.

    `stores_each` says that each new evidence is stored, also before the control falls due.
    """

    run: Callable[..., CheckDraft | None]
    is_local: bool
    stores_each: bool = False


BY_CODE = {
    "FB-1": AutomaticCheck(check_administrators, is_local=False),
    "FB-4": AutomaticCheck(check_word_list, is_local=True),
    "FB-5": AutomaticCheck(check_daily_close, is_local=True),
    "FB-6": AutomaticCheck(check_standing, is_local=False),
    "YT-5": AutomaticCheck(check_live_chat, is_local=True, stores_each=True),
    "ALL-1": AutomaticCheck(check_nobody_blocked, is_local=True),
}
