"""A live event with its list checked, for tests."""

from datetime import datetime, timedelta
from typing import Any

from pregonero.media.models import Medium
from pregonero.networks.models import Account
from pregonero.newsroom.campaigns.actions import CampaignPlan, open_campaign
from pregonero.people.models import Member
from pregonero.publishing.live import actions
from pregonero.publishing.live.actions import CheckDraft, LivePlan
from pregonero.publishing.live.live_models import LiveEvent, PreflightItem

HELD = "La casilla está marcada en la transmisión programada."


def store_capture(by: Member, now: datetime, digit: str = "c") -> Medium:
    """Store the row of a capture; no file stands behind it."""
    return Medium.objects.create(
        entity=by.entity,
        kind="picture",
        sha256=digit * 64,
        file=f"{digit}.png",
        mime="image/png",
        size=9_000,
        width=640,
        height=360,
        stored_at=now,
    )


def planned(by: Member, accounts: list[Account], now: datetime, **changes: Any) -> LiveEvent:
    """Plan an event for two hours later, from a campaign that is opened for it."""
    if "source" not in changes:
        name = f"Campaña de «{changes.get('title', 'Rueda de prensa')}»"
        day = now.date()
        plan = CampaignPlan(name, "Que se sepa.", day, day + timedelta(days=400))
        changes["source"] = open_campaign(plan=plan, by=by, now=now).ref
    values: dict[str, Any] = {
        "title": "Rueda de prensa",
        "place": "Auditorio del ministerio",
        "starts_at": now + timedelta(hours=2),
        "responsible": by,
        "accounts": accounts,
    }
    return actions.plan_event(plan=LivePlan(**(values | changes)), by=by, now=now)


def plan_of(event: LiveEvent, accounts: list[Account], **changes: Any) -> LivePlan:
    """Return the plan of an event, with some changes."""
    values: dict[str, Any] = {
        "title": event.title,
        "place": event.place,
        "starts_at": event.starts_at,
        "responsible": event.responsible,
        "accounts": accounts,
        "source": event.source_ref,
    }
    return LivePlan(**(values | changes))


def check(
    event: LiveEvent,
    item: PreflightItem,
    by: Member,
    now: datetime,
    *,
    account: Account | None = None,
    medium: Medium | None = None,
    is_met: bool = True,
    seen: str = HELD,
    at: datetime | None = None,
) -> None:
    """Store what a person saw of an item."""
    draft = CheckDraft(item, account.pk if account else None, is_met, seen, at or now, medium)
    actions.check_item(event=event, draft=draft, by=by, now=now)


def check_all(event: LiveEvent, by: Member, now: datetime, *, youtube: Account, medium: Medium) -> None:
    """Store a check of each item that the list needs."""
    check(event, PreflightItem.CHAT_HELD, by, now, account=youtube, medium=medium)
    check(event, PreflightItem.ACCESS, by, now, seen="Hay intérprete.")


def ready(by: Member, accounts: dict[str, Account], now: datetime, **changes: Any) -> LiveEvent:
    """Return an event on YouTube and Facebook whose list is closed."""
    event = planned(by, [accounts["youtube"], accounts["facebook"]], now, **changes)
    digit = changes.get("title", "c")[0].lower()
    medium = store_capture(by, now, digit if digit in "abcdef" else "c")
    check_all(event, by, now, youtube=accounts["youtube"], medium=medium)
    return actions.close_list(event=event, by=by, now=now)


def addresses(accounts: dict[str, Account], video: str = "Vivo0000001") -> dict[int, str]:
    """Return the address of the broadcast on YouTube, by account."""
    return {accounts["youtube"].pk: f"https://www.youtube.com/watch?v={video}"}
