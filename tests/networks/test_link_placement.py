"""Where an account's links go: a person says so, with the reason, and it is recorded."""

from datetime import datetime

import pytest

from pregonero.errors import NotAllowed, Refused
from pregonero.networks.actions.register import register_account, set_link_placement
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.models import Event

pytestmark = pytest.mark.procedure("M-3")


def account_on(network: str, carmen: Member, now: datetime) -> Account:
    return register_account(
        entity=carmen.entity,
        network=network,
        handle="mincomercioco",
        remote_id="1",
        display_name="MinComercio",
        purpose="Institucional",
        root_mailbox="",
        by=carmen,
        now=now,
    )


def test_links_go_as_first_comments_with_the_reason_and_back(carmen: Member, ana: Member, now: datetime) -> None:
    page = account_on("facebook", carmen, now)
    placed = set_link_placement(account=page, reason=" Dos enlaces al mes. ", by=carmen, now=now)
    assert (placed.link_as_comment, placed.link_as_comment_reason) == (True, "Dos enlaces al mes.")
    assert Event.objects.get(event_type="account.link_placed").facts == {"as_comment": True}
    with pytest.raises(NotAllowed):
        set_link_placement(account=page, reason="", by=ana, now=now)
    assert not set_link_placement(account=page, reason="", by=carmen, now=now).link_as_comment


def test_a_network_without_comments_of_ours_is_refused(carmen: Member, now: datetime) -> None:
    with pytest.raises(Refused, match="no puede ir como primer comentario"):
        set_link_placement(account=account_on("x", carmen, now), reason="Sí", by=carmen, now=now)
