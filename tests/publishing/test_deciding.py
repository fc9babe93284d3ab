"""A person decides whether a delivery went out, and makes one by hand: what was sent beside what was found."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pregonero.networks.manual_posting import RemotePost
from pregonero.networks.models import Account, Credential
from pregonero.networks.queries import credentials_for
from pregonero.newsroom.models import News
from pregonero.outbox import sender
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery, ManualPost
from pregonero.people.models import Member, Notice
from pregonero.publishing.actions import cancel_publication, pause_publication
from pregonero.records.models import Event
from tests.browser.delivery_steps import leave_for_decision
from tests.lab.process import Lab
from tests.publishing.test_delivering import posts, send
from tests.publishing.test_stopping import client_of
from tests.stage import deliveries_in, informed_news, programmed, publication_of, register_accounts

pytestmark = pytest.mark.procedure("P-6")
WORKER = "worker-1"


@pytest.fixture
def account(lab: Lab, carmen: Member, settings: Any) -> Iterator[Account]:
    settings.NETWORK_ADDRESSES = {"x": f"{lab.url}/x"}
    (registered,) = register_accounts(lab, carmen, timezone.now(), ("x",))
    yield registered
    lab.client.delete("/faults")


@pytest.fixture
def news(account: Account, lab: Lab, luis: Member) -> News:
    return informed_news(lab, luis, timezone.now(), with_media=False)


@pytest.fixture
def delivery(news: News, ana: Member) -> Delivery:
    return deliveries_in(programmed(news, ana, timezone.now())).get()


class Clock:
    now = timezone.now()


def undecided(delivery: Delivery, *candidates: RemotePost) -> Delivery:
    """Leave it waiting for a person, after an attempt that was cut."""
    promote_due(now=timezone.now())
    sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)
    (work,) = claim_batch(account_id=delivery.account_id, worker=WORKER, limit=10, now=timezone.now())
    clock = Clock()
    clock.now = timezone.now()
    leave_for_decision(work, candidates, clock)
    delivery.refresh_from_db()
    assert delivery.state == "NEEDS_PERSON"
    return delivery


def posted_by_hand(lab: Lab, account: Account, text: str) -> dict[str, Any]:
    """Somebody posts at the network itself; returns its post."""
    answer = lab.client.post(
        "/x/2/tweets", json={"text": text}, headers={"Authorization": f"Bearer {credentials_for(account).token}"}
    ).json()
    return {"id": answer["data"]["id"], "url": f"{lab.url}/x/{account.handle}/status/{answer['data']['id']}"}


def seen(lab: Lab, account: Account, text: str) -> RemotePost:
    made = posted_by_hand(lab, account, text)
    return RemotePost(made["id"], made["url"], text, "2026-11-24T14:00:01+00:00")


def decision(delivery: Delivery, act: str = "") -> str:
    return f"/envios/{delivery.pk}/decision/{act}"


def asked(delivery: Delivery, **more: str) -> dict[str, str]:
    return {"attempt": str(delivery.attempts_made), **more}


def test_both_candidates_stand_beside_what_was_sent(
    lab: Lab, account: Account, delivery: Delivery, ana: Member
) -> None:
    one, other = (seen(lab, account, f"Parecida {number}") for number in (1, 2))
    undecided(delivery, one, other)
    page = client_of(ana).get(decision(delivery)).content.decode()
    for words in (
        "Lo que enviamos",
        "Lo que hay en X",
        "Parecida 1",
        "Parecida 2",
        one.url,
        "09:00:01",
        publication_of(delivery).link[:20],
        "Es esta: salió",
        "No salió: enviar otra vez",
    ):
        assert words in page


def test_the_chosen_one_becomes_its_post(lab: Lab, account: Account, delivery: Delivery, ana: Member) -> None:
    one, other = (seen(lab, account, f"Igual {number}") for number in (1, 2))
    undecided(delivery, one, other)
    client_of(ana).post(decision(delivery, "salio/"), asked(delivery, remote_id=other.remote_id))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.remote_id, delivery.url) == ("PUBLISHED", other.remote_id, other.url)
    event = Event.objects.get(event_type="delivery.decided")
    assert (event.actor["name"], event.facts["out"]) == ("Ana Rojas", True)


def test_one_that_nobody_found_is_read_at_the_network(
    lab: Lab, account: Account, delivery: Delivery, ana: Member
) -> None:
    undecided(delivery)
    made = posted_by_hand(lab, account, "Sí había salido")
    client = client_of(ana)
    assert "No encontramos ninguna parecida" in client.get(decision(delivery)).content.decode()
    client.post(decision(delivery, "salio/"), asked(delivery, address=made["url"]))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.remote_id) == ("PUBLISHED", made["id"])
    assert Event.objects.get(event_type="delivery.decided").facts["read_back"] is True


def test_an_address_that_is_no_post_of_ours_is_refused_beside_its_field(
    lab: Lab, account: Account, delivery: Delivery, ana: Member
) -> None:
    undecided(delivery)
    client = client_of(ana)
    for address, words in (
        ("https://example.com/x/status/1", "no es de una publicación"),
        (f"{lab.url}/x/{account.handle}/status/999", "no tiene una publicación pública"),
        ("", "Pega la dirección"),
    ):
        response = client.post(decision(delivery, "salio/"), asked(delivery, address=address))
        assert response.status_code == 422
        assert words in response.content.decode()
    delivery.refresh_from_db()
    assert delivery.state == "NEEDS_PERSON"


def test_what_did_not_go_out_is_sent_again(lab: Lab, account: Account, delivery: Delivery, ana: Member) -> None:
    undecided(delivery)
    client = client_of(ana)
    assert client.post(decision(delivery, "no-salio/"), asked(delivery, reason="")).status_code == 422
    client.post(decision(delivery, "no-salio/"), asked(delivery, reason="Miré el perfil y no está."))
    assert send(delivery).state == "PUBLISHED"
    assert len(posts(lab, account)) == 1


def test_too_late_is_refused_and_shown(lab: Lab, account: Account, delivery: Delivery, ana: Member) -> None:
    undecided(delivery)
    Delivery.objects.filter(pk=delivery.pk).update(
        due_at=timezone.now() - timedelta(hours=3), expires_at=timezone.now() - timedelta(hours=2)
    )
    client = client_of(ana)
    page = client.get(decision(delivery)).content.decode()
    assert "No salió: dejarla sin enviar" in page
    assert "enviar otra vez" not in page
    client.post(decision(delivery, "no-salio/"), asked(delivery, reason="No está en el perfil."))
    assert send(delivery).state == "EXPIRED"
    assert posts(lab, account) == []
    assert Event.objects.get(event_type="delivery.decided").facts == {"out": False, "again": False}


def test_a_stale_page_is_told_who_decided(
    lab: Lab, account: Account, delivery: Delivery, ana: Member, marta: Member
) -> None:
    one = seen(lab, account, "Igual")
    undecided(delivery, one)
    client_of(marta).post(decision(delivery, "salio/"), asked(delivery, remote_id=one.remote_id))
    late = client_of(ana).post(decision(delivery, "no-salio/"), asked(delivery, reason="No la veo."))
    assert late.status_code == 409
    assert "Marta Gil ya lo decidió a las" in late.content.decode()
    assert client_of(ana).get(decision(delivery)).status_code == 302


def test_the_answer_about_another_attempt_is_not_taken(delivery: Delivery, ana: Member) -> None:
    undecided(delivery)
    old = asked(delivery) | {"attempt": "7", "reason": "No está."}
    response = client_of(ana).post(decision(delivery, "no-salio/"), old)
    assert response.status_code == 409
    assert "se envió otra vez" in response.content.decode()


def test_who_must_decide_is_led_to_the_page(delivery: Delivery, ana: Member, beto: Member) -> None:
    undecided(delivery)
    notices = Notice.objects.filter(kind__startswith="delivery.needs_person")
    assert {notice.member for notice in notices} == {ana, beto}
    assert {notice.path for notice in notices} == {decision(delivery)}


def test_one_post_is_never_that_of_two(
    lab: Lab, account: Account, delivery: Delivery, ana: Member, luis: Member
) -> None:
    other = programmed(informed_news(lab, luis, timezone.now(), with_media=False), ana, timezone.now())
    first = send(deliveries_in(other).get())
    undecided(delivery)
    address = f"{lab.url}/x/{account.handle}/status/{first.remote_id}"
    response = client_of(ana).post(decision(delivery, "salio/"), asked(delivery, address=address))
    assert response.status_code == 409
    assert "no puede ser las dos" in response.content.decode()


def by_hand(delivery: Delivery, act: str = "") -> str:
    return f"/envios/{delivery.pk}/a-mano/{act}"


def rejected(lab: Lab, account: Account, delivery: Delivery) -> Delivery:
    lab.fault(kind="status", code=403, network="x", account=account.remote_id, endpoint="commit", times=1)
    assert send(delivery).state == "REJECTED"
    return delivery


@pytest.mark.procedure("Q-6")
def test_what_the_network_refused_is_made_by_hand_and_read_back(
    lab: Lab, account: Account, delivery: Delivery, ana: Member
) -> None:
    rejected(lab, account, delivery)
    client = client_of(ana)
    assert "Publicarla yo en la red" in client.get(f"/publicaciones/{delivery.subject_id}/").content.decode()
    page = client.get(by_hand(delivery)).content.decode()
    text = publication_of(delivery).adaptations.get().text
    assert f"{lab.url}/x/intent/post?text=" in page
    assert text.splitlines()[0] in page
    made = posted_by_hand(lab, account, text)
    assert client.post(by_hand(delivery), {"address": made["url"]}).status_code == 302
    delivery.refresh_from_db()
    assert (delivery.state, delivery.remote_id) == ("PUBLISHED", made["id"])
    kept = ManualPost.objects.get()
    assert (kept.by, kept.read_back, kept.same_text) == (ana, True, True)
    expediente = " ".join(client.get(f"/publicaciones/{delivery.subject_id}/").content.decode().split())
    assert "La publicó Ana Rojas en la red" in expediente
    assert "la leímos allá" in expediente


@pytest.mark.procedure("Q-6")
def test_taking_it_in_hand_keeps_the_system_from_sending_it_too(
    lab: Lab, account: Account, delivery: Delivery, ana: Member
) -> None:
    client = client_of(ana)
    assert "¿La publicas tú?" in client.get(by_hand(delivery)).content.decode()
    client.post(by_hand(delivery, "toma/"))
    assert send(delivery).state == "CANCELLED"
    assert posts(lab, account) == []
    assert "Pega aquí su dirección" in client.get(by_hand(delivery)).content.decode()


@pytest.mark.procedure("Q-6")
def test_what_cannot_be_read_is_kept_on_the_persons_word(
    lab: Lab, account: Account, delivery: Delivery, ana: Member
) -> None:
    rejected(lab, account, delivery)
    made = posted_by_hand(lab, account, "A mano")
    Credential.objects.all().delete()
    client_of(ana).post(by_hand(delivery), {"address": made["url"]})
    delivery.refresh_from_db()
    kept = ManualPost.objects.get()
    assert (delivery.state, kept.read_back, kept.address) == ("PUBLISHED", False, made["url"])
    assert "no está conectada" in kept.why_unread


@pytest.mark.procedure("Q-6")
def test_by_hand_is_refused_where_there_may_be_two(
    lab: Lab, account: Account, delivery: Delivery, ana: Member, luis: Member
) -> None:
    undecided(delivery)
    client = client_of(ana)
    assert client.get(by_hand(delivery)).status_code == 409
    assert client.post(by_hand(delivery, "toma/")).status_code == 409
    client.post(decision(delivery, "no-salio/"), asked(delivery, reason="No está."))
    assert send(delivery).state == "PUBLISHED"
    assert client.post(by_hand(delivery), {"address": delivery.url}).status_code == 409
    assert ManualPost.objects.count() == 0


@pytest.mark.procedure("Q-6")
def test_what_was_stopped_or_held_is_not_made_by_hand(delivery: Delivery, ana: Member) -> None:
    client = client_of(ana)
    pause_publication(publication=publication_of(delivery), reason="Se revisa.", by=ana, now=timezone.now())
    assert client.post(by_hand(delivery, "toma/")).status_code == 409
    cancel_publication(publication=publication_of(delivery), reason="No va.", by=ana, now=timezone.now())
    assert client.post(by_hand(delivery, "toma/")).status_code == 409
