"""An account on X of an entity that publishes."""

from datetime import datetime

import pytest

from pregonero.networks.actions.register import register_account
from pregonero.networks.models import Account
from pregonero.people.models import Member


def registered(carmen: Member, now: datetime, name: str, network: str = "x") -> Account:
    return register_account(
        entity=carmen.entity,
        network=network,
        handle=name,
        remote_id=name,
        display_name=name,
        purpose="Prueba",
        root_mailbox="",
        by=carmen,
        now=now,
    )


@pytest.fixture
def account(carmen: Member, now: datetime) -> Account:
    return registered(carmen, now, "mincomercio")
