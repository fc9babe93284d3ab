"""Preparing a publication: from an informed news item, once, and its edits."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from pregonero.errors import Conflict, NotAllowed, NotFound, NotReady, WrongState
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.publishing.actions import AdaptationChange, AttachmentWords, PublicationChange
from pregonero.publishing.models import Publication
from pregonero.records.models import Event
from tests.stage import deliveries_in, programmed

pytestmark = pytest.mark.usefixtures("accounts")


def change_of(publication: Publication, **changes: object) -> PublicationChange:
    base = PublicationChange(why="Interesa", theme="Comercio", relevance=2, link=publication.link)
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.mark.procedure("P-3")
def test_draft_writes_a_text_for_each_account(news: News, ana: Member, now: datetime) -> None:
    publication = actions.draft_publication(source=news.ref, key=uuid4(), by=ana, now=now)
    texts = {adaptation.account.network: adaptation for adaptation in publication.adaptations.all()}
    assert set(texts) == {"x", "facebook", "instagram", "youtube"}
    assert texts["youtube"].title == news.title
    assert [each.medium for each in texts["youtube"].media] == [news.video]
    assert [(each.medium, each.alt) for each in texts["instagram"].media] == [(news.picture, "Gráfica de barras")]
    assert publication.number == "2026-1124-01"
    event = Event.objects.get(event_type="publication.drafted")
    assert event.related == [news.ref.reference]


@pytest.mark.procedure("N-1", "P-1")
def test_draft_refuses_a_news_item_that_nobody_informed(candidate: News, ana: Member, now: datetime) -> None:
    with pytest.raises(WrongState, match="informada"):
        actions.draft_publication(source=candidate.ref, key=uuid4(), by=ana, now=now)
    assert not Publication.objects.exists()


def test_draft_refuses_whoever_does_not_answer_for_the_networks(news: News, luis: Member, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        actions.draft_publication(source=news.ref, key=uuid4(), by=luis, now=now)


def test_a_news_item_of_another_entity_is_not_found(news: News, dario: Member, now: datetime) -> None:
    with pytest.raises(NotFound):
        actions.draft_publication(source=news.ref, key=uuid4(), by=dario, now=now)


@pytest.mark.procedure("P-6")
def test_a_second_click_makes_no_second_publication(news: News, ana: Member, now: datetime) -> None:
    key = uuid4()
    first = actions.draft_publication(source=news.ref, key=key, by=ana, now=now)
    assert actions.draft_publication(source=news.ref, key=key, by=ana, now=now) == first
    assert Publication.objects.count() == 1


def test_numbers_go_on_within_the_day(news: News, ana: Member, now: datetime) -> None:
    for expected in ("2026-1124-01", "2026-1124-02"):
        assert actions.draft_publication(source=news.ref, key=uuid4(), by=ana, now=now).number == expected
    tomorrow = now + timedelta(days=1)
    assert actions.draft_publication(source=news.ref, key=uuid4(), by=ana, now=tomorrow).number == "2026-1125-01"


def test_edit_keeps_what_was_written(news: News, ana: Member, beto: Member, now: datetime) -> None:
    publication = actions.draft_publication(source=news.ref, key=uuid4(), by=ana, now=now)
    x = publication.adaptations.get(account__network="x")
    (picture,) = x.media
    words = {picture.pk: AttachmentWords(alt="Una gráfica")}
    change = change_of(publication, adaptations={x.account_id: AdaptationChange(text="Hola", media=words)})
    edited = actions.edit_publication(publication=publication, change=change, revision=1, by=beto, now=now)
    x.refresh_from_db()
    picture.refresh_from_db()
    assert (x.text, picture.alt, edited.why, edited.revision, edited.edited_by) == (
        "Hola",
        "Una gráfica",
        "Interesa",
        2,
        beto,
    )
    assert Event.objects.get(event_type="publication.edited").facts["accounts"] == [x.account_id]


def test_a_stale_tab_does_not_write_over_somebody_else(news: News, ana: Member, beto: Member, now: datetime) -> None:
    publication = actions.draft_publication(source=news.ref, key=uuid4(), by=ana, now=now)
    actions.edit_publication(publication=publication, change=change_of(publication), revision=1, by=beto, now=now)
    with pytest.raises(Conflict, match="Beto Mora guardó cambios a las 09:00"):
        actions.edit_publication(
            publication=publication, change=change_of(publication, why="Otra"), revision=1, by=ana, now=now
        )
    publication.refresh_from_db()
    assert publication.why == "Interesa"


def test_a_programmed_publication_stays_ready(news: News, ana: Member, now: datetime) -> None:
    publication = programmed(news, ana, now, due_at=now + timedelta(hours=1))
    x = publication.adaptations.get(account__network="x")
    change = change_of(publication, adaptations={x.account_id: AdaptationChange(text="a" * 281)})
    with pytest.raises(NotReady, match="280"):
        actions.edit_publication(publication=publication, change=change, revision=publication.revision, by=ana, now=now)
    x.refresh_from_db()
    assert len(x.text) < 281


def test_an_edit_has_what_was_prepared_prepared_again(news: News, ana: Member, now: datetime) -> None:
    publication = programmed(news, ana, now, due_at=now + timedelta(hours=1))
    Delivery.objects.filter(subject_id=publication.pk).update(prepared_for="f" * 64)
    x = publication.adaptations.get(account__network="x")
    change = change_of(publication, adaptations={x.account_id: AdaptationChange(text="Otro texto")})
    actions.edit_publication(publication=publication, change=change, revision=publication.revision, by=ana, now=now)
    prepared = dict(deliveries_in(publication).values_list("account__network", "prepared_for"))
    assert prepared.pop("x") == ""
    assert set(prepared.values()) == {"f" * 64}  # what says the same as before stays prepared


@pytest.mark.parametrize(
    ("state", "reason"), [("SENDING", "se está enviando"), ("PUBLISHED", "ya se publicó"), ("UNCERTAIN", "enviando")]
)
def test_edit_refuses_what_is_out_or_on_its_way(
    state: str, reason: str, news: News, ana: Member, now: datetime, accounts: dict[str, Account]
) -> None:
    from tests.publishing.test_states import put

    publication = programmed(news, ana, now, due_at=now + timedelta(hours=1))
    put(Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["x"]), state)  # type: ignore[arg-type]
    change = change_of(publication, adaptations={accounts["x"].pk: AdaptationChange(text="Otro")})
    with pytest.raises(WrongState, match=reason):
        actions.edit_publication(publication=publication, change=change, revision=publication.revision, by=ana, now=now)
