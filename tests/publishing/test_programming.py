"""Giving a publication its minute, moving it, and stopping it (P-2, P-6)."""

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero.errors import NotAllowed, NotFound, NotReady, Refused, WrongState
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import deliveries_of
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.publishing.link_finding import LinkFinding
from pregonero.publishing.models import Publication
from pregonero.records.models import Event
from tests.publishing.test_states import put
from tests.stage import drafted, programmed

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("P-6")]
HOUR = timedelta(hours=1)


def alarms() -> set[datetime]:
    jobs = ProcrastinateJob.objects.filter(task_name="outbox.look")
    return set(jobs.values_list("scheduled_at", flat=True))


def states(publication: Publication) -> dict[str, str]:
    return {delivery.account.network: delivery.state for delivery in deliveries_of(publication.ref)}


def test_program_plans_a_delivery_on_each_account_and_its_alarm(news: News, ana: Member, now: datetime) -> None:
    publication = programmed(news, ana, now, due_at=now + HOUR)
    assert set(states(publication).values()) == {"PLANNED"}
    assert len(states(publication)) == 4
    delivery = deliveries_of(publication.ref)[0]
    assert delivery.due_at == now + HOUR
    assert delivery.expires_at == now + 2 * HOUR
    assert now + HOUR in alarms()
    event = Event.objects.get(event_type="publication.scheduled")
    assert event.facts["due_at"] == (now + HOUR).astimezone(UTC).isoformat()
    assert event.facts["zone"] == "America/Bogota"


def test_program_twice_is_refused(news: News, ana: Member, beto: Member, now: datetime) -> None:
    publication = programmed(news, ana, now, due_at=now + HOUR)
    with pytest.raises(WrongState, match="no se programa dos veces"):
        actions.program_publication(publication=publication, due_at=now + 2 * HOUR, by=beto, now=now)
    assert Delivery.objects.filter(subject_id=publication.pk).count() == 4


def test_program_refuses_whoever_does_not_answer_for_the_networks(
    news: News, ana: Member, luis: Member, now: datetime
) -> None:
    publication = drafted(news, ana, now)
    with pytest.raises(NotAllowed):
        actions.program_publication(publication=publication, due_at=now + HOUR, by=luis, now=now)


def test_a_publication_of_another_entity_is_not_found(news: News, ana: Member, dario: Member, now: datetime) -> None:
    publication = drafted(news, ana, now)
    with pytest.raises(NotFound):
        actions.program_publication(publication=publication, due_at=now + HOUR, by=dario, now=now)


def test_program_refuses_a_minute_that_passed(news: News, ana: Member, now: datetime) -> None:
    publication = drafted(news, ana, now)
    with pytest.raises(Refused, match="ya pasó"):
        actions.program_publication(publication=publication, due_at=now - timedelta(minutes=1), by=ana, now=now)
    actions.program_publication(publication=publication, due_at=now, by=ana, now=now + timedelta(seconds=59))


def test_program_says_everything_that_is_missing(news: News, ana: Member, now: datetime) -> None:
    publication = drafted(news, ana, now, why="")
    x = publication.adaptations.get(account__network="x")
    x.text = "a" * 293
    x.save()
    x.attachments.update(alt="")
    publication.adaptations.get(account__network="youtube").attachments.update(
        captions_missing_because="", captions_missing_by=None
    )
    with pytest.raises(NotReady) as refused:
        actions.program_publication(publication=publication, due_at=now + HOUR, by=ana, now=now)
    keys = {issue.key for issue in refused.value.issues}
    assert {"no_why", "no_alt", "no_captions"} <= keys
    assert any("13" in issue.text and "280" in issue.text for issue in refused.value.issues)
    assert not Delivery.objects.filter(subject_id=publication.pk).exists()
    assert not Event.objects.filter(event_type="publication.scheduled").exists()


@pytest.mark.procedure("D-4")
def test_a_dead_link_needs_a_name_and_a_reason(news: News, ana: Member, now: datetime) -> None:
    publication = drafted(news, ana, now)
    dead = LinkFinding(publication.link, None, "", official=True, problem="El enlace no responde.")
    actions.keep_link_check(publication=publication, finding=dead, now=now)
    with pytest.raises(NotReady, match="El enlace no responde"):
        actions.program_publication(publication=publication, due_at=now + HOUR, by=ana, now=now)
    with pytest.raises(Refused, match="razón"):
        actions.accept_link(publication=publication, reason="  ", by=ana, now=now)
    actions.accept_link(publication=publication, reason="La página abre a las diez.", by=ana, now=now)
    actions.program_publication(publication=publication, due_at=now + HOUR, by=ana, now=now)
    event = Event.objects.get(event_type="link.accepted")
    assert event.actor["name"] == "Ana Rojas"
    assert "La página" not in str(event.facts)


@pytest.mark.procedure("D-4")
def test_a_link_that_was_accepted_and_then_changed_is_checked_again(news: News, ana: Member, now: datetime) -> None:
    publication = drafted(news, ana, now)
    actions.accept_link(publication=publication, reason="Abre a las diez.", by=ana, now=now)
    change = actions.PublicationChange(why="Interesa", theme="", relevance=2, link="https://www.mincit.gov.co/otra")
    publication = actions.edit_publication(
        publication=publication, change=change, revision=publication.revision, by=ana, now=now
    )
    with pytest.raises(NotReady, match="todavía no se ha revisado"):
        actions.program_publication(publication=publication, due_at=now + HOUR, by=ana, now=now)


def test_move_changes_the_minute_of_what_waits(news: News, ana: Member, now: datetime) -> None:
    publication = programmed(news, ana, now, due_at=now + HOUR)
    actions.move_publication(publication=publication, due_at=now + 3 * HOUR, by=ana, now=now)
    assert {delivery.due_at for delivery in deliveries_of(publication.ref)} == {now + 3 * HOUR}
    assert now + 3 * HOUR in alarms()


def test_move_plans_again_what_was_refused_and_leaves_what_is_out(
    news: News, ana: Member, now: datetime, accounts: dict[str, Account]
) -> None:
    publication = programmed(news, ana, now, due_at=now + HOUR)
    put(Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["x"]), DeliveryState.REJECTED)
    put(Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["facebook"]), DeliveryState.PUBLISHED)
    actions.move_publication(publication=publication, due_at=now + 2 * HOUR, by=ana, now=now)
    assert states(publication)["x"] == "PLANNED"
    assert states(publication)["facebook"] == "PUBLISHED"


def test_move_waits_while_something_is_being_sent(
    news: News, ana: Member, now: datetime, accounts: dict[str, Account]
) -> None:
    publication = programmed(news, ana, now, due_at=now + HOUR)
    put(Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["x"]), DeliveryState.SENDING)
    with pytest.raises(WrongState, match="Se está enviando"):
        actions.move_publication(publication=publication, due_at=now + 2 * HOUR, by=ana, now=now)


def test_cancel_stops_everything_that_is_not_out(
    news: News, ana: Member, marta: Member, now: datetime, accounts: dict[str, Account]
) -> None:
    publication = programmed(news, ana, now, due_at=now + HOUR)
    put(Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["x"]), DeliveryState.PUBLISHED)
    cancelled = actions.cancel_publication(publication=publication, reason="Cambió la cifra.", by=marta, now=now)
    assert states(publication) == {
        "x": "PUBLISHED",
        "facebook": "CANCELLED",
        "instagram": "CANCELLED",
        "youtube": "CANCELLED",
    }
    assert cancelled.state == "PROGRAMMED"  # part of it is out
    event = Event.objects.get(event_type="publication.cancelled")
    assert "reason" in event.digests


def test_cancel_of_what_is_all_out_is_refused(news: News, ana: Member, now: datetime) -> None:
    publication = programmed(news, ana, now, due_at=now + HOUR)
    for delivery in Delivery.objects.filter(subject_id=publication.pk).all():
        put(delivery, DeliveryState.PUBLISHED)
        Delivery.objects.filter(subject_id=publication.pk).filter(pk=delivery.pk)
    with pytest.raises(WrongState, match="no queda nada"):
        actions.cancel_publication(publication=publication, reason="Tarde", by=ana, now=now)
