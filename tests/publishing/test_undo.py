"""Undoing a move or a cancellation in its first ten seconds: a person acts, the clock runs, and the network answers."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.errors import Conflict, NotAllowed, NotFound, WrongState
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox import sender
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.publishing.actions import PublicationChange
from pregonero.publishing.edits import current_change
from pregonero.publishing.models import Publication, ReversibleAct
from pregonero.records.models import Event
from tests.lab.process import Lab
from tests.publishing.results import send_delivery
from tests.publishing.test_delivering import posts, send
from tests.publishing.test_states import put
from tests.stage import deliveries_in, drafted, informed_news, programmed, register_accounts

pytestmark = pytest.mark.procedure("P-6")
SOON = timedelta(seconds=9)
LATE = timedelta(seconds=16)  # ten, and a grace for the page and the press to travel


@pytest.fixture
def registered(lab: Lab, carmen: Member, settings: Any) -> list[Account]:
    settings.NETWORK_ADDRESSES = {"x": f"{lab.url}/x", "facebook": f"{lab.url}/graph"}
    return register_accounts(lab, carmen, timezone.now(), ("x", "facebook"))


@pytest.fixture
def news(registered: list[Account], lab: Lab, luis: Member) -> News:
    return informed_news(lab, luis, timezone.now(), with_media=False)


@pytest.fixture
def publication(news: News, ana: Member) -> Publication:
    return programmed(news, ana, timezone.now())


def last_act(publication: Publication) -> ReversibleAct:
    return ReversibleAct.objects.filter(publication=publication).latest("pk")


def standing(publication: Publication) -> list[tuple[object, ...]]:
    """Return how a publication stands with its deliveries."""
    publication.refresh_from_db()
    fields = ("state", "due_at", "ready_at", "expires_at", "reason_code", "reason", "cancel_requested_reason")
    return [(publication.state, publication.due_at), *deliveries_in(publication).order_by("pk").values_list(*fields)]


def cancel(publication: Publication, by: Member) -> datetime:
    now = timezone.now()
    actions.cancel_publication(publication=publication, reason="Cambió la cifra.", by=by, now=now)
    return now


def move(publication: Publication, by: Member, hours: int = 3) -> datetime:
    now = timezone.now()
    actions.move_publication(publication=publication, due_at=now + timedelta(hours=hours), by=by, now=now)
    return now


@pytest.mark.parametrize("act", [cancel, move])
def test_everything_is_as_it_was(act: Any, publication: Publication, ana: Member) -> None:
    before = standing(publication)
    at = act(publication, ana)
    assert standing(publication) != before
    actions.undo_act(act=last_act(publication), by=ana, now=at + SOON)
    assert standing(publication) == before


def test_what_was_undone_goes_out_at_its_time_and_once(
    publication: Publication, ana: Member, lab: Lab, registered: list[Account]
) -> None:
    cancel(publication, ana)
    actions.undo_act(act=last_act(publication), by=ana, now=timezone.now())
    assert [send(delivery).state for delivery in deliveries_in(publication)] == ["PUBLISHED"] * 2
    assert len(posts(lab, registered[0])) == 1


def test_the_undo_is_recorded_with_its_person_and_what_it_undid(publication: Publication, ana: Member) -> None:
    cancel(publication, ana)
    actions.undo_act(act=last_act(publication), by=ana, now=timezone.now())
    undone = Event.objects.get(event_type="publication.undone")
    cancelled = Event.objects.get(event_type="publication.cancelled")
    assert (undone.actor["name"], undone.ref) == ("Ana Rojas", publication.ref.reference)
    assert undone.facts == {"undone": "publication.cancelled", "event": cancelled.pk}


@pytest.mark.parametrize("act", [cancel, move])
def test_after_ten_seconds_it_is_refused(act: Any, publication: Publication, ana: Member) -> None:
    at = act(publication, ana)
    after = standing(publication)
    with pytest.raises(WrongState, match="primeros 10 segundos"):
        actions.undo_act(act=last_act(publication), by=ana, now=at + LATE)
    assert standing(publication) == after


def test_it_is_undone_once(publication: Publication, ana: Member) -> None:
    cancel(publication, ana)
    actions.undo_act(act=last_act(publication), by=ana, now=timezone.now())
    with pytest.raises(WrongState, match="ya se deshizo"):
        actions.undo_act(act=last_act(publication), by=ana, now=timezone.now())


def test_only_who_did_it_undoes_it(publication: Publication, ana: Member, beto: Member, dario: Member) -> None:
    cancel(publication, ana)
    with pytest.raises(NotAllowed, match="Solo Ana Rojas"):
        actions.undo_act(act=last_act(publication), by=beto, now=timezone.now())
    with pytest.raises(NotFound):
        actions.undo_act(act=last_act(publication), by=dario, now=timezone.now())


@pytest.mark.parametrize("writer", ["beto", "ana"])
def test_an_edit_in_between_stays(
    writer: str, publication: Publication, registered: list[Account], ana: Member, beto: Member
) -> None:
    at = move(publication, ana)
    person = {"ana": ana, "beto": beto}[writer]
    publication.refresh_from_db()
    adaptation = publication.adaptations.get(account=registered[0])
    text = f"Otra frase. {publication.link}"
    changes = {registered[0].pk: replace(current_change(adaptation), text=text)}
    change = PublicationChange(publication.why, publication.theme, 2, publication.link, changes)
    actions.edit_publication(
        publication=publication, change=change, revision=publication.revision, by=person, now=timezone.now()
    )
    after = standing(publication)
    with pytest.raises(Conflict, match=f"{person.name} hizo otro cambio .* \\(publicación editada\\)"):
        actions.undo_act(act=last_act(publication), by=ana, now=at + SOON)
    assert standing(publication) == after
    adaptation.refresh_from_db()
    assert adaptation.text == text


def test_a_pause_in_between_stays(publication: Publication, ana: Member, beto: Member) -> None:
    at = move(publication, ana)
    actions.pause_publication(publication=publication, reason="Se revisa.", by=beto, now=timezone.now())
    with pytest.raises(Conflict, match="Beto Mora hizo otro cambio"):
        actions.undo_act(act=last_act(publication), by=ana, now=at + SOON)


def test_a_pause_of_everything_holds_what_is_undone(
    publication: Publication, ana: Member, marta: Member, lab: Lab, registered: list[Account]
) -> None:
    cancel(publication, ana)
    actions.pause_everything(reason="Llegó una alerta.", by=marta, now=timezone.now())
    actions.undo_act(act=last_act(publication), by=ana, now=timezone.now())
    delivery = deliveries_in(publication).get(account=registered[0])
    assert send(delivery).state == "DUE"
    assert posts(lab, registered[0]) == []


def test_a_second_move_is_the_one_that_is_undone(publication: Publication, ana: Member) -> None:
    move(publication, ana)
    first = last_act(publication)
    once = standing(publication)
    move(publication, ana, hours=5)
    with pytest.raises(Conflict, match="hizo otro cambio"):
        actions.undo_act(act=first, by=ana, now=timezone.now())
    actions.undo_act(act=last_act(publication), by=ana, now=timezone.now())
    assert standing(publication) == once


def test_what_went_out_in_between_is_out_and_the_undo_says_so(
    news: News, ana: Member, lab: Lab, registered: list[Account]
) -> None:
    publication = programmed(news, ana, timezone.now(), due_at=timezone.now() + timedelta(hours=2))
    minute = timezone.now().replace(second=0, microsecond=0)
    actions.move_publication(publication=publication, due_at=minute, by=ana, now=timezone.now())
    assert send(deliveries_in(publication).get(account=registered[0])).state == "PUBLISHED"
    after = standing(publication)
    with pytest.raises(WrongState, match=r"ya salió en X\. Lo demás sigue como estaba"):
        actions.undo_act(act=last_act(publication), by=ana, now=timezone.now())
    assert standing(publication) == after
    assert len(posts(lab, registered[0])) == 1


def test_what_is_being_sent_in_between_is_left_to_end(news: News, ana: Member, registered: list[Account]) -> None:
    publication = programmed(news, ana, timezone.now(), due_at=timezone.now() + timedelta(hours=2))
    minute = timezone.now().replace(second=0, microsecond=0)
    actions.move_publication(publication=publication, due_at=minute, by=ana, now=timezone.now())
    (work,) = take(publication, registered[0])
    with pytest.raises(WrongState, match="ya se está enviando en X"):
        actions.undo_act(act=last_act(publication), by=ana, now=timezone.now())
    send_delivery(work)
    with pytest.raises(WrongState, match="ya salió en X"):
        actions.undo_act(act=last_act(publication), by=ana, now=timezone.now())


def test_a_cancellation_during_a_send_is_undone_unless_it_went_out(
    publication: Publication, ana: Member, registered: list[Account]
) -> None:
    (work,) = take(publication, registered[0])
    cancel(publication, ana)
    asked = deliveries_in(publication).get(account=registered[0])
    assert (asked.state, asked.cancel_requested_reason) == ("SENDING", "Cambió la cifra.")
    actions.undo_act(act=last_act(publication), by=ana, now=timezone.now())
    # What was due is planned again: its time, which has come, makes it due.
    assert sorted(str(row[0]) for row in standing(publication)) == ["PLANNED", "PROGRAMMED", "SENDING"]
    asked.refresh_from_db()
    assert (asked.state, asked.cancel_requested_reason) == ("SENDING", "")
    cancel(publication, ana)
    send_delivery(work)
    with pytest.raises(WrongState, match="ya salió en X"):
        actions.undo_act(act=last_act(publication), by=ana, now=timezone.now())


def test_what_had_failed_is_as_it_was_after_an_undone_move(publication: Publication, ana: Member) -> None:
    first, second = deliveries_in(publication).order_by("pk")
    put(first, DeliveryState.PUBLISHED)
    put(second, DeliveryState.REJECTED)
    Delivery.objects.filter(pk=second.pk).update(reason_code="policy", reason="La red dijo que no.")
    before = standing(publication)
    move(publication, ana)
    assert deliveries_in(publication).get(pk=second.pk).state == "PLANNED"
    actions.undo_act(act=last_act(publication), by=ana, now=timezone.now())
    assert standing(publication) == before


def test_a_cancelled_draft_is_a_draft_again(news: News, ana: Member) -> None:
    draft = drafted(news, ana, timezone.now())
    cancel(draft, ana)
    actions.undo_act(act=last_act(draft), by=ana, now=timezone.now())
    draft.refresh_from_db()
    assert draft.state == "DRAFT"


def take(publication: Publication, account: Account) -> Any:
    """Have a worker take what is due on one account, and leave its call open."""
    promote_due(now=timezone.now())
    sender.prepare_delivery(delivery_id=deliveries_in(publication).get(account=account).pk, worker="worker-1")
    return claim_batch(account_id=account.pk, worker="worker-1", limit=10, now=timezone.now())


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def test_the_message_brings_its_button_which_needs_no_script(publication: Publication, ana: Member) -> None:
    client = client_of(ana)
    page = client.post(
        f"/publicaciones/{publication.pk}/cancelacion/", {"reason": "Cambió la cifra."}, follow=True
    ).content.decode()
    address = f"/cambios/{last_act(publication).pk}/deshacer/"
    assert f'action="{address}"' in page
    assert "Deshacer" in page
    page = client.post(address, {"page": f"/publicaciones/{publication.pk}/"}, follow=True).content.decode()
    assert "Deshecho: «" in page
    assert "sigue programada para el" in page
    page = client.post(address, {"page": "https://otro.example/"}, follow=True).content.decode()
    assert "Ese cambio ya se deshizo." in page


def test_moving_in_the_calendar_offers_its_undo_and_returns_there(publication: Publication, ana: Member) -> None:
    client, later = client_of(ana), timezone.localtime() + timedelta(days=1)
    path = f"/parrilla/{later:%Y-%m-%d}/"
    sent = {"day": f"{later:%Y-%m-%d}", "hour": "11:30"}
    page = client.post(f"/publicaciones/{publication.pk}/hora/", sent, follow=True).content.decode()
    assert "a las 11:30." in page
    address = f"/cambios/{last_act(publication).pk}/deshacer/"
    assert f'action="{address}"' in page
    response = client.post(address, {"page": path})
    assert response.url == path


def test_several_are_moved_to_another_day_each_at_its_hour(
    publication: Publication, news: News, ana: Member, luis: Member, dario: Member
) -> None:
    draft, out = drafted(news, ana, timezone.now()), programmed(news, ana, timezone.now())
    for delivery in deliveries_in(out):
        put(delivery, DeliveryState.PUBLISHED)
    hour, client, chosen = publication.due_at, client_of(ana), [publication.pk, draft.pk, out.pk]
    assert hour is not None
    assert "Mover las elegidas a otro día" in client.get("/publicaciones/").content.decode()
    question = client.post("/publicaciones/traslados/", {"publication": chosen}).content.decode()
    assert question.count('name="publication"') == 3
    day = timezone.localtime(hour) + timedelta(days=2)
    sent = {"publication": chosen, "day": f"{day:%Y-%m-%d}"}
    page = client.post("/publicaciones/traslados/", sent, follow=True).content.decode()
    assert page.count("movida al ") == page.count("Deshacer") == 1
    assert "Todavía no tiene hora" in page
    assert "no queda nada por reprogramar" in page
    publication.refresh_from_db()
    assert publication.due_at == day
    assert {delivery.due_at for delivery in deliveries_in(publication)} == {day}
    past = client.post("/publicaciones/traslados/", sent | {"day": "2020-01-01"}, follow=True).content.decode()
    assert "movida al " not in past
    assert client.post("/publicaciones/traslados/", sent | {"day": "x"}).status_code == 422
    assert client_of(luis).post("/publicaciones/traslados/", sent).status_code == 403
    client_of(dario).post("/publicaciones/traslados/", sent | {"day": f"{day + timedelta(days=1):%Y-%m-%d}"})
    publication.refresh_from_db()
    assert publication.due_at == day


def test_several_are_cancelled_with_one_reason_each_by_itself(
    publication: Publication, news: News, ana: Member, dario: Member
) -> None:
    draft, out = drafted(news, ana, timezone.now()), programmed(news, ana, timezone.now())
    for delivery in deliveries_in(out):
        put(delivery, DeliveryState.PUBLISHED)
    client, chosen = client_of(ana), [publication.pk, draft.pk, out.pk]
    listed = client.get("/publicaciones/").content.decode()
    assert f'name="publication" value="{draft.pk}"' in listed
    assert f'name="publication" value="{out.pk}"' not in listed  # nothing of it is left to cancel
    question = client.post("/publicaciones/cancelaciones/", {"publication": chosen}).content.decode()
    assert "¿Cancelar 3 publicaciones?" in question
    sent = {"publication": chosen, "reason": "Cambió la agenda."}
    page = client.post("/publicaciones/cancelaciones/", sent, follow=True).content.decode()
    assert page.count("cancelada.") == page.count("Deshacer") == 2
    assert "no queda nada que detener" in page
    states = [type(each).objects.get(pk=each.pk).state for each in (publication, draft, out)]
    assert states == ["CANCELLED", "CANCELLED", "PROGRAMMED"]
    nothing = client.post("/publicaciones/cancelaciones/", {"publication": ["", "x", "9" * 40]}, follow=True)
    assert "Elige al menos una publicación" in nothing.content.decode()
    assert client_of(dario).post("/publicaciones/cancelaciones/", sent, follow=True).status_code == 200
    assert Event.objects.filter(event_type="publication.cancelled").count() == 2
