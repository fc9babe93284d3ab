"""Where the link of what an account publishes goes: beside the text, or under it as its first comment."""

from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused
from pregonero.networks import queries
from pregonero.networks.models import Account
from pregonero.networks.registry import connector
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def place_link(*, account: Account, reason: str, by: Member, now: datetime) -> Account:
    """Have the links of an account go as first comments, with the reason; without one, beside the text again.

    It holds for what is programmed or edited from now on: what waits goes out as it was programmed.
    """
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    check_may(by, "accounts.manage", now=now)
    if not connector(account.network).capabilities.takes_comments:
        raise Refused(f"En {account.get_network_display()} el enlace no puede ir como primer comentario.")
    account.link_as_comment, account.link_as_comment_reason = bool(reason.strip()), reason.strip()
    account.save(update_fields=["link_as_comment", "link_as_comment_reason"])
    record(
        entity_id=account.entity_id, event_type="account.link_placed", actor=by.actor, ref=account.ref, at=now,
        facts={"as_comment": account.link_as_comment}, texts={"reason": reason.strip()} if reason.strip() else {},
    )  # fmt: skip
    return account
