"""What is done with the entity's accounts (M-3): registering, connecting, renewing, pausing, testing and retiring."""

from pregonero.networks.actions.applications import keep_application
from pregonero.networks.actions.connection_test import keep_test
from pregonero.networks.actions.credentials import connect_account, disconnect_account, lose_connection
from pregonero.networks.actions.link_placement import place_link
from pregonero.networks.actions.oauth_states import (
    Taken,
    begin_authorization,
    forget_authorizations,
    take_authorization,
)
from pregonero.networks.actions.pause import pause_account, resume_account
from pregonero.networks.actions.reencryption import seal_again
from pregonero.networks.actions.register import (
    edit_account,
    end_administrator,
    name_administrator,
    register_account,
    retire_account,
)
from pregonero.networks.actions.token_refresh import (
    RefreshLease,
    lease_refresh,
    record_refresh_problem,
    release_refresh,
    store_refreshed_token,
)
from pregonero.networks.actions.token_revocation import (
    Due,
    forget_relinquished,
    keep_given_back,
    take_relinquished,
    takes_back,
)

__all__ = [
    "Due",
    "RefreshLease",
    "Taken",
    "begin_authorization",
    "connect_account",
    "disconnect_account",
    "edit_account",
    "end_administrator",
    "forget_authorizations",
    "forget_relinquished",
    "keep_application",
    "keep_given_back",
    "keep_test",
    "lease_refresh",
    "lose_connection",
    "name_administrator",
    "pause_account",
    "place_link",
    "record_refresh_problem",
    "register_account",
    "release_refresh",
    "resume_account",
    "retire_account",
    "seal_again",
    "store_refreshed_token",
    "take_authorization",
    "take_relinquished",
    "takes_back",
]
