"""An entity with accounts of the four networks and the controls of the procedure."""

from datetime import datetime

import pytest

from pregonero.controls.actions.register import adopt_catalog
from pregonero.controls.models import Control
from pregonero.networks.actions.register import register_account
from pregonero.networks.models import Account
from pregonero.people.models import Member
from tests.conftest import NOW


@pytest.fixture
def accounts(carmen: Member) -> dict[str, Account]:
    """An account of each network of the procedure, by network."""
    return {network: register(carmen, network, NOW) for network in ("x", "facebook", "instagram", "youtube")}


def register(by: Member, network: str, now: datetime) -> Account:
    """Return a new account of a network."""
    return register_account(
        entity=by.entity,
        network=network,
        handle=f"min{network}",
        display_name="MinComercio",
        purpose="Informar",
        root_mailbox="",
        by=by,
        now=now,
    )


@pytest.fixture
def controls(accounts: dict[str, Account], carmen: Member) -> dict[str, Control]:
    """The controls of the procedure, by code."""
    return {control.code: control for control in adopt_catalog(entity=carmen.entity, now=NOW)}
