"""What opened an account goes back to its network when it is used no more: later, apart, and undoing nothing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero import key_rotation
from pregonero.networks import queries
from pregonero.networks.actions.register import retire_account
from pregonero.networks.actions.tokens import disconnect_account
from pregonero.networks.base import Unauthorized
from pregonero.networks.connection import revocation_notice
from pregonero.networks.models import Account, AccountState, Application, Credential, PendingRevocation
from pregonero.networks.registry import connector
from pregonero.networks.tasks import refresh_due
from pregonero.networks.tokens import RevocationPostponed, revoke_credential
from pregonero.people.models import Member, Notice
from pregonero.records.models import Event
from tests.lab.process import Lab
from tests.networks.consenting import connect, point_at, signed_in
from tests.networks.test_token_refresh import connected

pytestmark = pytest.mark.procedure("M-3")


@pytest.fixture(autouse=True)
def _pointed(lab: Lab, settings: Any) -> Iterator[None]:
    point_at(lab, settings)
    yield


def retired(account: Account, by: Member) -> PendingRevocation:
    retire_account(account=account, reason="Se cerró", by=by, now=timezone.now())
    return PendingRevocation.objects.get()


def told(member: Member) -> list[str]:
    found = Notice.objects.filter(member=member, kind__startswith="account.not_given_back")
    return list(found.values_list("title", flat=True))


@pytest.mark.parametrize("network", ["x", "youtube", "mastodon"])
def test_a_retired_account_s_token_opens_nothing_more(lab: Lab, carmen: Member, now: Any, network: str) -> None:
    account = connected(lab, network, carmen, now)
    access = queries.credentials_for(account)
    kept = retired(account, carmen)
    assert not Credential.objects.exists()
    assert connector(network).probe(access)  # the network does not know yet
    job = ProcrastinateJob.objects.get(task_name="networks.revoke")
    assert job.args == {"revocation_id": kept.pk}

    revoke_credential(kept.pk)

    with pytest.raises(Unauthorized):
        connector(network).probe(access)
    assert not PendingRevocation.objects.exists()
    assert Event.objects.get(event_type="account.authorization_revoked").facts == {"confirmed": True}
    assert told(carmen) == []
    revoke_credential(kept.pk)  # the job ran twice
    assert Event.objects.filter(event_type="account.authorization_revoked").count() == 1


def test_a_network_that_cannot_be_told_undoes_nothing_and_is_told_later(lab: Lab, carmen: Member, now: Any) -> None:
    account = connected(lab, "x", carmen, now)
    kept = retired(account, carmen)
    for fault in ({"kind": "status", "code": 500}, {"kind": "accept_then_cut"}):
        lab.fault(**fault, network="x", endpoint="revoke", times=1)
        with pytest.raises(RevocationPostponed):
            revoke_credential(kept.pk)
    account.refresh_from_db()
    assert (account.state, PendingRevocation.objects.count()) == (AccountState.RETIRED, 1)

    revoke_credential(kept.pk)

    assert Event.objects.get(event_type="account.authorization_revoked").facts == {"confirmed": True}


def test_who_can_is_told_to_take_the_permission_back_when_the_network_refuses(
    lab: Lab, carmen: Member, now: Any
) -> None:
    account = connected(lab, "x", carmen, now)
    kept = retired(account, carmen)
    Application.objects.update(client_id="otra")

    revoke_credential(kept.pk)

    assert Event.objects.get(event_type="account.authorization_revoked").facts == {"confirmed": False}
    assert told(carmen) == [f"Retira en X el permiso de {account}"]
    assert not PendingRevocation.objects.exists()


def test_what_no_network_took_back_in_days_is_forgotten_and_told(lab: Lab, carmen: Member, now: Any) -> None:
    account = connected(lab, "mastodon", carmen, now)
    retired(account, carmen)
    refresh_due(timestamp=0)
    assert PendingRevocation.objects.count() == 1
    PendingRevocation.objects.update(requested_at=timezone.now() - timedelta(days=4))
    refresh_due(timestamp=0)
    assert (PendingRevocation.objects.count(), len(told(carmen))) == (0, 1)


def test_a_page_of_meta_is_forgotten_here_and_the_person_told_where_to_end_it(
    lab: Lab, carmen: Member, now: Any
) -> None:
    account = connected(lab, "facebook", carmen, now)
    page = signed_in(carmen).post(f"/cuentas/{account.pk}/retiro/", {"reason": "Se cerró"}, follow=True)
    assert "Retira también el permiso en Facebook" in page.content.decode()
    assert not Credential.objects.exists()
    assert not PendingRevocation.objects.exists()


def test_what_was_connected_again_meanwhile_is_not_ended_with_the_old(lab: Lab, carmen: Member, now: Any) -> None:
    """At Google what is given back takes along everything that the same person gave."""
    account = connected(lab, "youtube", carmen, now)
    disconnect_account(account=account, by=carmen, now=timezone.now())
    kept = PendingRevocation.objects.get()
    connect(signed_in(carmen), account, account.remote_id)

    revoke_credential(kept.pk)

    assert connector("youtube").probe(queries.credentials_for(account)).remote_id == account.remote_id
    assert not PendingRevocation.objects.exists()
    assert not Event.objects.filter(event_type="account.authorization_revoked").exists()


def test_what_waits_to_be_given_back_is_sealed_with_each_new_key(
    lab: Lab, carmen: Member, now: Any, settings: Any
) -> None:
    account = connected(lab, "mastodon", carmen, now)
    kept = retired(account, carmen)
    settings.VAULT_KEYS = ["nueva-" + "x" * 40, *(settings.VAULT_KEYS or [settings.VAULT_KEY_PATH.read_text().strip()])]
    assert key_rotation.rotate().ok
    settings.VAULT_KEYS = settings.VAULT_KEYS[:1]
    kept.refresh_from_db()
    assert queries.open_credential(account, kept)[0].token
    assert revocation_notice(account).startswith("También retiramos la autorización en")
