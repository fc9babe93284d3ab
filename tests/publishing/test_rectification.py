"""A rectification from its request to the mark on the original (N-2)."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.publishing.actions import draft_publication
from pregonero.publishing.models import Publication
from pregonero.publishing.queries import adaptations_of
from pregonero.publishing.rectification import actions, queries
from pregonero.publishing.rectification.actions import Request
from pregonero.publishing.rectification.rectification_models import Rectification, RequestWay, Ruling
from pregonero.publishing.rectification.rules import comparable_minute
from pregonero.publishing.rectification.terms import last_day
from pregonero.records.models import Event
from tests.publishing.test_views import signed_in

pytestmark = pytest.mark.procedure("N-2")
WRONG = "La cifra es 7,4 %, no 8,4 %."
AT = datetime.fromisoformat


def goes_out(publication: Publication, account: Account, now: datetime, position: int = 0) -> Delivery:
    """Store a public delivery of a publication, without any network."""
    previous = Delivery.objects.filter(
        subject_kind="publication", subject_id=publication.pk, account=account, position=position - 1
    ).first()
    return Delivery.objects.create(
        entity=publication.entity,
        account=account,
        subject_kind="publication",
        subject_id=publication.pk,
        subject_name=publication.title,
        fingerprint="f" * 64,
        position=position,
        follows=previous,
        state="PUBLISHED",
        due_at=now,
        prepare_at=now,
        ready_at=now,
        expires_at=now + timedelta(hours=1),
        remote_id=f"{publication.pk}-{position}",
        published_at=now,
    )


@pytest.fixture
def original(news: News, accounts: dict[str, Account], ana: Member, now: datetime) -> Publication:
    """A publication that is out on X, as a thread of three, and on Instagram; not on the others."""
    made = draft_publication(source=news.ref, key=uuid4(), by=ana, now=now - timedelta(days=1))
    for position in range(3):
        goes_out(made, accounts["x"], now - timedelta(days=1), position)
    goes_out(made, accounts["instagram"], now - timedelta(days=1))
    return made


def ask(original: Publication, by: Member, now: datetime, part: int | None = None) -> Rectification:
    asked = Request(RequestWay.MAIL, now, "Rosa Mejía", WRONG, part=part)
    return actions.ask_rectification(publication=original, request=asked, by=by, now=now)


def grant(rectification: Rectification, by: Member, now: datetime, *pinned: Account) -> Rectification:
    return actions.decide_rectification(
        rectification=rectification,
        ruling=Ruling.YES,
        reason="El DANE publicó 7,4 %.",
        correction=WRONG,
        pinned=pinned,
        by=by,
        now=now,
    )


def states_of(publication: Publication) -> dict[str, list[str]]:
    rows = Delivery.objects.filter(subject_id=publication.pk).order_by("account__network", "position")
    found: dict[str, list[str]] = {}
    for network, state in rows.values_list("account__network", "state"):
        found.setdefault(network, []).append(state)
    return found


def test_a_rectification_follows_the_original_and_marks_it(
    original: Publication, accounts: dict[str, Account], ana: Member, marta: Member, now: datetime
) -> None:
    asked = ask(original, ana, now)
    assert ask(original, ana, now) == asked  # a second click
    assert (asked.due_on, asked.term_basis) == last_day(now.date())
    with pytest.raises(Refused, match="Todavía no se ha decidido"):
        draft_publication(source=asked.ref, key=None, by=ana, now=now)
    with pytest.raises(NotAllowed):
        grant(asked, ana, now)
    granted = grant(asked, marta, now, accounts["instagram"])
    with pytest.raises(WrongState, match="Ya lo decidió Marta Gil"):
        grant(granted, marta, now)

    draft = draft_publication(source=granted.ref, key=None, by=ana, now=now)
    going = {one.account.network: one for one in adaptations_of(draft) if not one.skipped}
    assert set(going) == {"x", "instagram"}
    assert all(WRONG in one.text for one in going.values())
    assert [one.medium_id for one in going["instagram"].media] == [
        one.medium_id for item in adaptations_of(original) if item.account.network == "instagram" for one in item.media
    ]
    with pytest.raises(WrongState, match="todavía no ha salido"):
        actions.close_rectification(rectification=granted, by=ana, now=now)

    goes_out(draft, accounts["x"], now)
    actions.close_rectification(rectification=granted, by=ana, now=now)
    assert states_of(original) == {"x": ["RECTIFIED"] * 3, "instagram": ["PUBLISHED"]}
    actions.note_pinned(rectification=granted, account=accounts["instagram"].pk, by=ana, now=now)
    acts = Event.objects.filter(ref=granted.ref.reference).order_by("pk").values_list("event_type", flat=True)
    assert list(acts) == [f"rectification.{act}" for act in ("asked", "decided", "closed", "pinned")]
    client = signed_in(ana)
    for publication in (original, draft):  # linked both ways, each with the records of the other's request
        page = client.get(reverse("reports:expediente", args=[publication.pk])).content.decode()
        assert granted.get_absolute_url() in page
        assert "Se decidió si se rectifica" in page


def test_only_the_part_of_a_thread_is_marked_and_the_withdrawn_stays_withdrawn(
    original: Publication, accounts: dict[str, Account], ana: Member, marta: Member, now: datetime
) -> None:
    Delivery.objects.filter(account=accounts["instagram"]).update(state="WITHDRAWN")
    granted = grant(ask(original, ana, now, part=2), marta, now)
    draft = draft_publication(source=granted.ref, key=None, by=ana, now=now)
    goes_out(draft, accounts["x"], now)
    goes_out(draft, accounts["instagram"], now)
    actions.close_rectification(rectification=granted, by=ana, now=now)
    assert states_of(original) == {"x": ["PUBLISHED", "PUBLISHED", "RECTIFIED"], "instagram": ["WITHDRAWN"]}
    with pytest.raises(WrongState, match="La parte 4 del hilo no ha salido"):
        ask(original, ana, now + timedelta(minutes=1), part=3)


def test_what_never_went_out_is_not_rectified(
    news: News, accounts: dict[str, Account], ana: Member, now: datetime
) -> None:
    draft = draft_publication(source=news.ref, key=uuid4(), by=ana, now=now)
    with pytest.raises(WrongState, match="corrígela antes de que salga"):
        ask(draft, ana, now)


def test_a_no_is_in_the_register_with_its_reason_and_its_figures(
    original: Publication, ana: Member, marta: Member, dario: Member, now: datetime
) -> None:
    asked = ask(original, ana, now - timedelta(days=3))
    ask(original, ana, now - timedelta(days=60))
    page = signed_in(marta).post(reverse("publishing:decide_rectification", args=[asked.pk]), {"ruling": "NO"})
    assert page.status_code == 422
    assert "Escribe por qué." in page.content.decode()
    actions.decide_rectification(
        rectification=asked, ruling=Ruling.NO, reason="Es la del DANE.", correction="", pinned=[], by=marta, now=now
    )
    figures = queries.figures_of(original.entity, today=now.date())
    assert (figures.asked, figures.denied, figures.waiting, figures.overdue, figures.days) == (2, 1, 1, 1, 3)
    register = signed_in(ana).get(reverse("publishing:rectifications")).content.decode()
    assert "Es la del DANE." in register
    assert "fuera de término" in register
    assert signed_in(dario).get(asked.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("original", "now", "proposed"),
    [
        ("2026-11-27T09:30-05:00", "2026-11-30T08:00-05:00", "2026-11-30T09:30-05:00"),  # Friday, then Monday
        ("2026-11-27T09:30-05:00", "2026-11-27T10:00-05:00", "2026-11-30T09:30-05:00"),  # over a weekend
        ("2026-11-28T18:00-05:00", "2026-11-30T08:00-05:00", "2026-12-05T18:00-05:00"),  # Saturday
    ],
)
def test_the_proposed_hour_compares_with_the_original(original: str, now: str, proposed: str) -> None:
    assert comparable_minute(AT(original), now=AT(now)) == AT(proposed)


def test_the_term_counts_working_days() -> None:
    assert last_day(date(2026, 11, 30))[0] == date(2026, 12, 22)  # without 8 December


def test_its_page_writes_the_month_of_its_term_in_lower_case(
    original: Publication, ana: Member, carmen: Member, now: datetime
) -> None:
    asked = ask(original, ana, now)
    page = signed_in(carmen).get(reverse("publishing:rectification", args=[asked.pk])).content.decode()
    assert f"{asked.due_on.day} de diciembre de 2026" in page
