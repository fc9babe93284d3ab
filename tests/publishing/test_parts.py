"""The parts of a publication on one account: each is a delivery of its own, after the one above it (rule 8)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError

from pregonero.errors import WrongState
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.actions.cancellation import release_next_part
from pregonero.outbox.actions.prepare import lease_for_preparing, promote_due
from pregonero.outbox.models import NOT_YET, Delivery
from pregonero.outbox.queries.deliveries import deliveries_of, outgoing_of
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member, Notice
from pregonero.publishing import actions, queries
from pregonero.publishing.actions import AdaptationChange, PublicationChange
from pregonero.publishing.models import Publication
from tests.publishing.test_states import put
from tests.stage import drafted

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("P-6")]
HOUR = timedelta(hours=1)


def edited(
    publication: Publication, account: Account, by: Member, now: datetime, *parts: str, **more: Any
) -> Publication:
    """Return the publication once somebody wrote what goes under its text on one account."""
    publication.refresh_from_db()
    adaptation = publication.adaptations.get(account=account)
    wanted = AdaptationChange(adaptation.text, adaptation.title, parts=parts)
    change = PublicationChange(
        why="Muestra dónde hay empleo.",
        theme="Comercio",
        relevance=2,
        link=publication.link,
        adaptations={account.pk: replace(wanted, **more)},
    )
    return actions.edit_publication(
        publication=publication, change=change, revision=publication.revision, by=by, now=now
    )


@pytest.fixture
def x(accounts: dict[str, Account]) -> Account:
    return accounts["x"]


@pytest.fixture
def draft(news: News, ana: Member, now: datetime, x: Account) -> Publication:
    publication = drafted(news, ana, now)
    return edited(publication, x, ana, now, "Segunda parte.", "Tercera parte.", "Cuarta parte.")


@pytest.fixture
def publication(draft: Publication, ana: Member, now: datetime) -> Publication:
    return actions.program_publication(publication=draft, due_at=now + HOUR, by=ana, now=now)


def thread(publication: Publication, account: Account) -> list[Delivery]:
    return [each for each in deliveries_of(publication.ref) if each.account_id == account.pk]


def states(publication: Publication, account: Account) -> list[str]:
    return [delivery.state for delivery in thread(publication, account)]


def put_out(delivery: Delivery) -> None:
    """Put a delivery out, past its triggers, with an id of its own at the network."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE outbox_delivery SET state = 'PUBLISHED', remote_id = %s, published_at = due_at WHERE id = %s",
            [str(delivery.pk), delivery.pk],
        )
        cursor.execute("SET session_replication_role = origin")
    delivery.refresh_from_db()


def out(delivery: Delivery, now: datetime) -> None:
    """Have a delivery out, and what goes under it told so, as its publication does."""
    put_out(delivery)
    with transaction.atomic():
        release_next_part(delivery, now=now)


def test_each_part_is_a_delivery_after_previous_part_it(publication: Publication, x: Account, now: datetime) -> None:
    first, *rest = thread(publication, x)
    assert [each.position for each in rest] == [1, 2, 3]
    assert [each.follows_id for each in rest] == [first.pk, rest[0].pk, rest[1].pk]
    assert (first.ready_at, first.expires_at) == (now + HOUR, now + 2 * HOUR)
    assert {(each.due_at, each.ready_at, each.expires_at) for each in rest} == {(now + HOUR, NOT_YET, NOT_YET)}


def test_a_part_neither_comes_due_nor_is_late_before_the_one_above_is_out(
    publication: Publication, x: Account, now: datetime
) -> None:
    first, second, *_ = thread(publication, x)
    promote_due(now=now + HOUR)
    assert states(publication, x) == ["DUE", "PLANNED", "PLANNED", "PLANNED"]
    assert lease_for_preparing(delivery_id=second.pk, worker="w", now=now + HOUR) is None
    put(first, DeliveryState.UNCERTAIN)
    promote_due(now=now + 20 * HOUR)
    assert states(publication, x) == ["UNCERTAIN", "PLANNED", "PLANNED", "PLANNED"]


def test_a_part_is_due_at_once_when_the_one_above_is_out_and_its_hour_counts_from_then(
    publication: Publication, x: Account, now: datetime
) -> None:
    late = now + 5 * HOUR
    out(thread(publication, x)[0], late)
    _, second, third, _ = thread(publication, x)
    assert (second.ready_at, second.expires_at, third.ready_at) == (late, late + HOUR, NOT_YET)
    promote_due(now=late)
    assert states(publication, x) == ["PUBLISHED", "DUE", "PLANNED", "PLANNED"]


def test_a_part_says_what_it_is_under_and_so_does_its_fingerprint(
    publication: Publication, x: Account, now: datetime
) -> None:
    first, second, *_ = thread(publication, x)
    out(first, now)  # before its minute, by a clock that went back: its hour never ends before the minute
    work = lease_for_preparing(delivery_id=second.pk, worker="w", now=now)
    assert work is not None
    assert (work.post.text, work.post.reply_to, work.post.root) == ("Segunda parte.", first.remote_id, first.remote_id)
    out(second, now)
    third = outgoing_of(thread(publication, x)[2]).post
    assert (third.reply_to, third.root) == (second.remote_id, first.remote_id)


@pytest.mark.usefixtures("beto")
@pytest.mark.parametrize("ending", ["late", "rejected"])
def test_what_goes_under_a_part_that_will_not_go_out_is_stopped_with_the_reason(
    publication: Publication, x: Account, ana: Member, now: datetime, ending: str
) -> None:
    first, second, *_ = thread(publication, x)
    out(first, now + HOUR)
    if ending == "late":
        promote_due(now=now + 4 * HOUR)
    else:
        _reject(second, now + HOUR)
    assert states(publication, x)[2:] == ["CANCELLED", "CANCELLED"]
    assert thread(publication, x)[2].reason.startswith("La parte 2 no salió")
    (told,) = Notice.objects.filter(member=ana, ref=second.ref.reference)
    assert told.why.startswith("Es la parte 2 de 4")


def _reject(delivery: Delivery, now: datetime) -> None:
    from pregonero.networks.base import Permanent
    from pregonero.outbox.actions.prepare import reject_prepared

    work = lease_for_preparing(delivery_id=delivery.pk, worker="w", now=now)
    assert work is not None
    reject_prepared(job=work, error=Permanent("Dice lo mismo.", code="187"), now=now)


def test_moving_a_half_published_thread_goes_on_from_where_it_stopped(
    publication: Publication, x: Account, ana: Member, now: datetime
) -> None:
    first, second, *_ = thread(publication, x)
    out(first, now + HOUR)
    _reject(second, now + HOUR)
    actions.move_publication(publication=publication, due_at=now + 3 * HOUR, by=ana, now=now + HOUR)
    _, second, third, _ = thread(publication, x)
    assert states(publication, x) == ["PUBLISHED", "PLANNED", "PLANNED", "PLANNED"]
    assert (second.ready_at, third.ready_at) == (now + 3 * HOUR, NOT_YET)


def test_stopping_stops_the_parts_that_are_not_out_and_only_those(
    publication: Publication, x: Account, marta: Member, now: datetime
) -> None:
    out(thread(publication, x)[0], now + HOUR)
    actions.cancel_publication(publication=publication, reason="Cambió la cifra.", by=marta, now=now + HOUR)
    assert states(publication, x) == ["PUBLISHED", "CANCELLED", "CANCELLED", "CANCELLED"]
    assert {each.reason for each in thread(publication, x)[1:]} == {"Cambió la cifra."}


def test_a_part_is_edited_after_the_ones_above_are_out(
    publication: Publication, x: Account, ana: Member, now: datetime
) -> None:
    first, *_ = thread(publication, x)
    out(first, now + HOUR)
    edited(publication, x, ana, now, "Segunda parte.", "Tercera, corregida.", "Cuarta parte.")
    adaptation = publication.adaptations.get(account=x)
    assert adaptation.parts == ["Segunda parte.", "Tercera, corregida.", "Cuarta parte."]
    with pytest.raises(WrongState, match="ya se publicó: el texto"):
        edited(publication, x, ana, now, *adaptation.parts, text="Otra primera parte.")


@pytest.mark.parametrize("state", [DeliveryState.PUBLISHED, DeliveryState.UNCERTAIN])
def test_a_part_that_is_out_or_being_sent_is_neither_edited_nor_taken_away(
    publication: Publication, x: Account, ana: Member, now: datetime, state: DeliveryState
) -> None:
    first, second, *_ = thread(publication, x)
    out(first, now + HOUR)
    put_out(second) if state == DeliveryState.PUBLISHED else put(second, state)
    for parts in (("Otra segunda.", "Tercera parte.", "Cuarta parte."), ()):
        with pytest.raises(WrongState, match="la parte 2"):
            edited(publication, x, ana, now, *parts)


def test_a_part_taken_away_is_stopped_and_comes_back_when_it_does(
    publication: Publication, x: Account, ana: Member, now: datetime
) -> None:
    edited(publication, x, ana, now, "Segunda parte.", "Tercera parte.")
    assert states(publication, x) == ["PLANNED", "PLANNED", "PLANNED", "CANCELLED"]
    actions.move_publication(publication=publication, due_at=now + 2 * HOUR, by=ana, now=now)
    assert states(publication, x)[3] == "CANCELLED"
    edited(publication, x, ana, now, "Segunda parte.", "Tercera parte.", "Otra cuarta.", "Quinta.")
    assert states(publication, x) == ["PLANNED"] * 5
    assert [each.ready_at for each in thread(publication, x)][1:] == [NOT_YET] * 4


def test_nothing_is_added_to_a_thread_that_is_all_out(
    publication: Publication, x: Account, ana: Member, now: datetime
) -> None:
    for delivery in thread(publication, x):
        put_out(delivery)
    with pytest.raises(WrongState, match="ya salió entera"):
        edited(publication, x, ana, now, "Segunda parte.", "Tercera parte.", "Cuarta parte.", "Una más.")


def test_leaving_a_network_out_stops_its_whole_thread_and_taking_it_in_plans_it_again(
    publication: Publication, x: Account, ana: Member, now: datetime
) -> None:
    parts = tuple(publication.adaptations.get(account=x).parts)
    edited(publication, x, ana, now, *parts, skipped=True, skip_reason="Hoy no.")
    assert states(publication, x) == ["CANCELLED"] * 4
    assert {each.reason for each in thread(publication, x)} == {"Hoy no."}
    edited(publication, x, ana, now, *parts)
    assert states(publication, x) == ["PLANNED"] * 4


def test_parts_that_say_the_same_are_told_before_programming(
    draft: Publication, x: Account, ana: Member, now: datetime
) -> None:
    publication = edited(draft, x, ana, now, "Segunda parte.", "", "Segunda parte.", "a" * 281)
    told = {issue.field.rpartition(":")[2]: issue.text for issue in queries.issues(publication)}
    assert set(told) == {"2", "3", "4"}
    assert "dice lo mismo que la 2" in told["3"]
    assert told["4"].startswith("Parte 5. En X sobra 1")


def test_the_database_keeps_a_part_from_going_out_before_the_one_above(publication: Publication, x: Account) -> None:
    _, second, *_ = thread(publication, x)
    for wrong in ("DUE", "PUBLISHED"):
        with pytest.raises(DatabaseError, match="after_previous_part"), transaction.atomic():
            connection.cursor().execute(
                "UPDATE outbox_delivery SET state = %s, remote_id = '2', published_at = due_at WHERE id = %s",
                [wrong, second.pk],
            )


def test_the_database_keeps_each_part_in_its_place(
    publication: Publication, accounts: dict[str, Account], x: Account
) -> None:
    first, _, third, _ = thread(publication, x)
    with pytest.raises(DatabaseError, match="subject_is_final"), transaction.atomic():
        connection.cursor().execute(
            "UPDATE outbox_delivery SET account_id = %s WHERE id = %s", [accounts["facebook"].pk, first.pk]
        )
    fresh = {"due_at": first.due_at, "prepare_at": first.due_at, "ready_at": first.due_at, "expires_at": NOT_YET}
    elsewhere = Delivery.objects.get(subject_id=publication.pk, account=accounts["facebook"])
    same_subject = {"subject_kind": "publication", "subject_id": publication.pk, "subject_name": publication.title}
    for position, above in ((2, elsewhere), (1, third)):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            Delivery.objects.create(
                entity=first.entity,
                **same_subject,
                account=accounts["facebook"],
                position=position,
                follows=above,
                **fresh,
            )
    with pytest.raises(IntegrityError, match="delivery_further_part_follows"), transaction.atomic():
        Delivery.objects.create(entity=first.entity, **same_subject, account=accounts["facebook"], position=1, **fresh)
