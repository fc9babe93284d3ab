"""What is done with the entity's accounts (M-3): registering, connecting, renewing, pausing, testing and retiring."""

from pregonero.networks.actions.applications import keep_application
from pregonero.networks.actions.authorizing import (
    Taken,
    begin_authorization,
    forget_authorizations,
    take_authorization,
)
from pregonero.networks.actions.connecting import connect_account, disconnect_account, lose_connection
from pregonero.networks.actions.keys import seal_again
from pregonero.networks.actions.pausing import pause_account, resume_account
from pregonero.networks.actions.placing import place_link
from pregonero.networks.actions.registering import (
    edit_account,
    end_administrator,
    name_administrator,
    register_account,
    retire_account,
)
from pregonero.networks.actions.relinquishing import (
    Due,
    forget_relinquished,
    keep_given_back,
    take_relinquished,
    takes_back,
)
from pregonero.networks.actions.renewing import (
    Hold,
    hold_for_renewing,
    keep_renewal_problem,
    keep_renewed,
    release_renewing,
)
from pregonero.networks.actions.testing import keep_test

__all__ = [
    "Due",
    "Hold",
    "Taken",
    "begin_authorization",
    "connect_account",
    "disconnect_account",
    "edit_account",
    "end_administrator",
    "forget_authorizations",
    "forget_relinquished",
    "hold_for_renewing",
    "keep_application",
    "keep_given_back",
    "keep_renewal_problem",
    "keep_renewed",
    "keep_test",
    "lose_connection",
    "name_administrator",
    "pause_account",
    "place_link",
    "register_account",
    "release_renewing",
    "resume_account",
    "retire_account",
    "seal_again",
    "take_authorization",
    "take_relinquished",
    "takes_back",
]
