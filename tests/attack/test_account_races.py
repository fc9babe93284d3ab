"""Two simultaneous requests in the register of accounts and in decisions have one effect and cause no error page."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from pregonero.errors import UNPROCESSABLE
from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account
from pregonero.networks.models import Account, Application, PendingRevocation
from pregonero.networks.rate_limits.models import NetworkSuspension, Quota
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing.models import Publication
from pregonero.records.models import Event
from tests.attack.conftest import signed_in
from tests.attack.test_races import DONE, REFUSED, clicks, database, going, news, people, posting
from tests.newsroom.test_concurrency import at_once
from tests.stage import deliveries_in

__all__ = ["database", "going", "news", "people"]
pytestmark = pytest.mark.procedure("M-3")
BUG = 500


def both(
    one: Member, other: Member, path: str, data: dict[str, str], second: dict[str, str] | None = None
) -> list[int]:
    """Send a form as two people at the same time; return the sorted statuses."""
    acts = [posting(signed_in(one), path, data), posting(signed_in(other), path, second or data)]
    return sorted(int(str(status)) for status in at_once(*acts))


@pytest.fixture
def account(people: dict[str, Member]) -> Account:
    """A connected account for one test."""
    now = timezone.now()
    made = register_account(
        entity=people["carmen"].entity,
        network="mastodon",
        handle=f"cuenta{uuid4().hex[:8]}",
        remote_id=uuid4().hex,
        display_name="MinComercio",
        purpose="Prueba",
        root_mailbox="",
        by=people["carmen"],
        now=now,
    )
    return connect_account(account=made, token="ficha-de-prueba", expires_at=None, by=people["carmen"], now=now)


def events(event_type: str, account: Account) -> int:
    return Event.objects.filter(event_type=event_type, ref=account.ref.reference).count()


def test_two_keep_the_first_application_of_a_network(account: Account, people: dict[str, Member]) -> None:
    Application.objects.filter(network="mastodon").delete()
    path, carmen = f"/cuentas/{account.pk}/aplicacion/", people["carmen"]
    forms = [(path, {"client_id": f"app-{number}", "secret": f"secreto-{number}"}) for number in range(3)]
    assert clicks(carmen, *forms) == [DONE] * 3
    assert Application.objects.filter(network="mastodon").count() == 1


def test_two_register_the_same_account(people: dict[str, Member]) -> None:
    handle = f"misma{uuid4().hex[:8]}"
    data = {"network": "mastodon", "handle": handle, "display_name": "MinComercio", "purpose": "Prueba"}
    again = data | {"handle": handle.upper()}
    found = clicks(people["carmen"], ("/cuentas/nueva/", data), ("/cuentas/nueva/", again), ("/cuentas/nueva/", data))
    assert found == [DONE, UNPROCESSABLE, UNPROCESSABLE]
    assert Account.objects.filter(handle__iexact=handle).count() == 1


def test_one_retires_while_another_disconnects(account: Account, people: dict[str, Member]) -> None:
    place = f"/cuentas/{account.pk}"
    found = clicks(
        people["carmen"],
        (f"{place}/retiro/", {"reason": "Se cerró"}),
        (f"{place}/retiro/", {"reason": "Se cerró"}),
        (f"{place}/desconexion/", {}),
    )
    assert found in ([DONE, DONE, REFUSED], [DONE, REFUSED, REFUSED])
    assert events("account.retired", account) == 1
    assert PendingRevocation.objects.filter(account=account).count() == 1


def test_two_pause_and_two_resume(account: Account, people: dict[str, Member]) -> None:
    path = f"/cuentas/{account.pk}/pausa/"
    assert both(people["beto"], people["carmen"], path, {"reason": "Alerta"}) == [DONE, REFUSED]
    path = f"/cuentas/{account.pk}/reanudacion/"
    assert both(people["carmen"], people["carmen"], path, {}) == [DONE, REFUSED]
    assert (events("account.paused", account), events("account.resumed", account)) == (1, 1)


def test_two_set_the_first_limit_of_a_quota(account: Account, people: dict[str, Member]) -> None:
    Quota.objects.filter(account=account).delete()
    assert clicks(people["carmen"], *[(f"/limites/{account.pk}/calls/", {"limit": "9"})] * 3) == [DONE] * 3
    assert Quota.objects.filter(account=account, quota_key="calls").count() == 1


def test_two_let_the_sending_go_on(account: Account, people: dict[str, Member]) -> None:
    stop = NetworkSuspension.objects.create(
        entity_id=account.entity_id,
        network="mastodon",
        account=account,
        code="402",
        reason="Saldo",
        since=timezone.now(),
    )
    found = both(people["beto"], people["carmen"], f"/limites/{stop.pk}/reanudacion/", {})
    assert found[0] == DONE
    assert found[1] in {404, REFUSED}
    assert Event.objects.filter(event_type="sending.resumed", ref=stop.ref.reference).count() == 1


def _undecided(delivery: Delivery, remote_id: str) -> Delivery:
    for state in (DeliveryState.DUE, DeliveryState.SENDING, DeliveryState.UNCERTAIN, DeliveryState.NEEDS_PERSON):
        held: dict[str, Any] = {"leased_by": "", "leased_until": None}
        if state == DeliveryState.SENDING:
            held = {"leased_by": "w", "leased_until": timezone.now()}
        Delivery.objects.filter(pk=delivery.pk).update(state=state, **held)
    found = [{"remote_id": remote_id, "url": f"https://x.com/{remote_id}"}]
    Delivery.objects.filter(pk=delivery.pk).update(candidates=found)
    delivery.refresh_from_db()
    return delivery


@pytest.mark.procedure("P-6")
def test_two_deliveries_are_not_decided_to_be_one_post(
    going: Publication, people: dict[str, Member], news: Any
) -> None:
    from tests.stage import programmed

    other = programmed(news, people["beto"], timezone.now(), due_at=timezone.now() + timedelta(hours=1))
    post = uuid4().hex
    deliveries = [_undecided(deliveries_in(each).get(account__network="x"), post) for each in (going, other)]
    acts = [
        posting(
            signed_in(person),
            f"/envios/{delivery.pk}/decision/salio/",
            {"attempt": str(delivery.attempts_made), "remote_id": post},
        )
        for person, delivery in zip((people["beto"], people["carmen"]), deliveries, strict=True)
    ]
    assert sorted(int(str(status)) for status in at_once(*acts)) == [DONE, REFUSED]
    assert Delivery.objects.filter(remote_id=post).count() == 1


@pytest.mark.procedure("P-6")
def test_two_take_the_same_delivery_in_hand(going: Publication, people: dict[str, Member]) -> None:
    delivery = deliveries_in(going).get(account__network="facebook")
    found = both(people["beto"], people["beto"], f"/envios/{delivery.pk}/a-mano/toma/", {})
    assert max(found) < BUG
    assert Event.objects.filter(event_type="delivery.cancelled", ref=delivery.ref.reference).count() <= 1
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.CANCELLED
