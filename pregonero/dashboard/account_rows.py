"""How each account of an entity stands, in one line, as Hoy shows it to everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from pregonero.networks.models import Account, Credential
from pregonero.networks.queries import accounts_of
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.account_stops import NOT_CONNECTED, AccountStop, StopKind
from pregonero.people.models import Entity
from pregonero.ui.templatetags.ui_time import ago, day_short

EXPIRY_NOTICE = timedelta(days=10)  # how long before it expires a connection that a person must renew is announced


@dataclass(frozen=True)
class AccountRow:
    """An account, the colour and the word of its state, and a sentence about it."""

    account: Account
    state: str
    word: str
    sentence: str


def account_rows(entity: Entity, stops: Mapping[int, AccountStop], *, now: datetime) -> tuple[AccountRow, ...]:
    """Return the accounts in use, those with something to look at first, in three queries."""
    published = Delivery.objects.filter(account=OuterRef("pk"), published_at__isnull=False).order_by("-published_at")
    accounts = list(accounts_of(entity).annotate(last_published_at=Subquery(published.values("published_at")[:1])))
    credentials = {credential.account_id: credential for credential in Credential.objects.filter(account__in=accounts)}
    rows = [_row(account, credentials.get(account.pk), stops.get(account.pk), now) for account in accounts]
    return tuple(sorted(rows, key=lambda row: row.state == "ok"))


def _row(account: Account, credential: Credential | None, stop: AccountStop | None, now: datetime) -> AccountRow:
    if stop is not None:
        sentence = f"{stop.reason} {stop.waiting_label}".strip()
        return AccountRow(account, stop.kind.tint, stop.kind.word.capitalize(), sentence)
    if credential is None:
        return AccountRow(account, StopKind.LOST.tint, StopKind.LOST.word.capitalize(), NOT_CONNECTED)
    expires_at = credential.expires_at
    if expires_at is not None and credential.refresh_at is None and expires_at - now < EXPIRY_NOTICE:
        return AccountRow(account, "wait", "Por vencer", f"La conexión vence el {day_short(expires_at)}.")
    last_at = account.last_published_at  # type: ignore[attr-defined]  # the annotation
    return AccountRow(account, "ok", "Bien", f"Publicó {ago(last_at, now)}." if last_at else "Todavía no ha publicado.")
