"""Giving back to a network what opened an account that is no longer used."""

import structlog
from django.utils import timezone

from pregonero.errors import Refused
from pregonero.networks import actions, oauth, oauth_flow
from pregonero.networks.auth_config import AppPassword
from pregonero.networks.base import ApiCredentials, NetworkError, Transient, Unauthorized, Unknown
from pregonero.networks.registry import auth_config_of

log = structlog.get_logger(__name__)


class NotYet(RuntimeError):
    """The network could not be told now: the job comes back."""


def give_back(relinquished_id: int) -> None:
    """Tell the network once. What it does not know any more was taken back already."""
    due = actions.take_relinquished(relinquished_id=relinquished_id)
    if due is None:
        return
    confirmed = True
    try:
        _tell(due)
    except (Transient, Unknown) as error:
        raise NotYet(error.code) from None
    except Unauthorized:
        confirmed = True
    except (NetworkError, Refused) as error:
        log.warning("account.not_given_back", account=due.account.pk, code=error.code)
        confirmed = False
    actions.keep_given_back(relinquished_id=relinquished_id, confirmed=confirmed, now=timezone.now())


def _tell(due: actions.Due) -> None:
    way = auth_config_of(due.account.network)
    if isinstance(way, AppPassword):
        _close(way, due.access)
        return
    client, at = oauth_flow.client_of(due.account), oauth_flow.token_endpoint_credentials(due.account)
    oauth.revoke(way, at, client, due.refresh or due.access.token)


def _close(way: AppPassword, access: ApiCredentials) -> None:
    if way.close is not None:
        way.close(access)
