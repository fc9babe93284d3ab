"""Hashtags: recognised with or without accents, a list tied to something, suggestions and figures (D-2)."""

import re
import unicodedata
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pregonero.errors import Conflict, NotAllowed
from pregonero.networks.models import Account
from pregonero.newsroom.campaign_models import Campaign
from pregonero.newsroom.models import News
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing.hashtag_models import Hashtag, HashtagTie
from pregonero.publishing.hashtags.actions import HashtagPlan, list_hashtag, retire_hashtag
from pregonero.publishing.hashtags.queries import hashtag_figures, review_hashtags
from pregonero.publishing.hashtags.recognition import hashtags_in, key_of
from pregonero.publishing.models import Publication
from pregonero.publishing.queries import adaptations_of
from pregonero.publishing.sources import source_of
from pregonero.records.models import Event
from tests.publishing.test_states import put
from tests.publishing.test_views import sent, signed_in
from tests.stage import deliveries_in, drafted, programmed

pytestmark = pytest.mark.procedure("D-2")
NETWORKS = ("x", "facebook", "instagram", "youtube", "bluesky", "mastodon")
EXPORT = HashtagPlan("#Exportación", HashtagTie.THEME, "Comercio")


def test_all_spellings_have_one_key_and_an_enye_is_a_letter() -> None:
    spellings = (
        "#Exportación",
        "#exportacion",
        "#EXPORTACIÓN",
        "exportación",
        "＃Exportacio\N{COMBINING ACUTE ACCENT}n",
    )
    assert {key_of(spelling) for spelling in spellings} == {"exportacion"}
    assert key_of("#Año") == "año" != key_of("#Ano")
    assert key_of("#Pingüino") == "pinguino"


@given(st.text(alphabet="aáeéiíoóuúüñn ÁÉÑ", min_size=1, max_size=20))
def test_the_key_does_not_depend_on_the_form_of_unicode(text: str) -> None:
    assert key_of(unicodedata.normalize("NFD", text)) == key_of(unicodedata.normalize("NFC", text))
    assert key_of(key_of(text)) == key_of(text)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Crece la #Exportación, dice #MinComercio.", ["#Exportación", "#MinComercio"]),
        ("#Exportacio\N{COMBINING ACUTE ACCENT}n", ["#Exportación"]),
        ("#2026 no es, #Rueda2026 sí", ["#Rueda2026"]),
        ("a#b y #", []),
        ("#Año #Año #Ano", ["#Año", "#Ano"]),
    ],
)
def test_each_network_recognises_them_by_its_own_rule(network: str, text: str, found: list[str]) -> None:
    assert hashtags_in(text, network) == found


def test_the_rules_differ_where_the_networks_do() -> None:
    assert hashtags_in("Mira:＃Café", "bluesky") == []
    assert hashtags_in("＃Café", "bluesky") == ["＃Café"]
    assert hashtags_in("＃Café", "facebook") == []


def test_another_spelling_of_one_in_the_list_is_refused(ana: Member, now: datetime) -> None:
    listed = list_hashtag(plan=EXPORT, by=ana, now=now)
    with pytest.raises(Conflict, match="#Exportación ya está en la lista"):
        list_hashtag(plan=HashtagPlan("#exportacion", HashtagTie.TREND, "x"), by=ana, now=now)
    retire_hashtag(hashtag=listed, by=ana, now=now)
    again = list_hashtag(plan=HashtagPlan("#exportacion", HashtagTie.TREND, "Ruedas"), by=ana, now=now)
    assert again.tie_label == "tendencia Ruedas"
    assert list(Event.objects.filter(event_type__startswith="hashtag.").order_by("pk").values_list("event_type")) == [
        ("hashtag.listed",),
        ("hashtag.retired",),
        ("hashtag.listed",),
    ]


def test_who_does_not_answer_for_the_networks_lists_none(luis: Member, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        list_hashtag(plan=EXPORT, by=luis, now=now)


def test_the_database_keeps_what_was_listed(ana: Member, now: datetime) -> None:
    list_hashtag(plan=EXPORT, by=ana, now=now)
    for sql in (
        "UPDATE publishing_hashtag SET name = '#Otro'",
        "DELETE FROM publishing_hashtag",
        "UPDATE publishing_hashtag SET retired_at = now()",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.fixture
def draft(news: News, ana: Member, accounts: dict[str, Account], now: datetime) -> Publication:
    publication = drafted(news, ana, now)
    publication.theme = "Comercio"
    publication.save()
    return publication


def test_those_of_the_theme_of_the_event_on_its_days_and_of_the_campaign_are_suggested(
    draft: Publication, news: News, ana: Member, now: datetime
) -> None:
    day = date(2026, 11, 24)
    list_hashtag(plan=EXPORT, by=ana, now=now)
    list_hashtag(plan=HashtagPlan("#Turismo", HashtagTie.THEME, "Turismo"), by=ana, now=now)
    for name, start in (("#Rueda", day), ("#Feria", day + timedelta(days=2))):
        list_hashtag(plan=HashtagPlan(name, HashtagTie.EVENT, "La rueda", start, start), by=ana, now=now)
    news.campaign = Campaign.objects.create(
        entity=ana.entity,
        name="Café",
        purpose="p",
        starts_on=day,
        ends_on=day,
        hashtags=["#TomaCafé"],
        opened_by=ana,
        opened_at=now,
    )
    news.save()
    adaptations = adaptations_of(draft)
    adaptations[0].text += " #exportacion #Otro"
    review = review_hashtags(draft, adaptations, source_of(draft), day=day)
    assert [suggestion.name for suggestion in review.suggested] == ["#TomaCafé", "#Rueda"]
    assert review.outside == ("#Otro",)


def test_a_suggested_one_is_added_to_the_text_from_the_editor_and_one_outside_is_allowed(
    draft: Publication, ana: Member, now: datetime
) -> None:
    list_hashtag(plan=EXPORT, by=ana, now=now)
    browser = signed_in(ana)
    page = browser.get(f"/publicaciones/{draft.pk}/editor/").content.decode()
    assert 'value="#Exportación"' in page
    form = sent(draft) | {"text": draft.text + "\n\n#Libre", "hashtag": "#Exportación"}
    assert browser.post(f"/publicaciones/{draft.pk}/hashtag/", form).status_code == 302
    draft.refresh_from_db()
    assert draft.text.endswith("\n\n#Libre #Exportación")
    assert browser.post(f"/publicaciones/{draft.pk}/hashtag/", form | {"hashtag": "<b>"}).status_code == 404


@pytest.fixture
def published(news: News, ana: Member, accounts: dict[str, Account], now: datetime) -> Publication:
    publication = programmed(news, ana, now, due_at=now + timedelta(hours=1))
    for delivery, text in zip(
        deliveries_in(publication).order_by("pk"), ("#Exportación", "#exportacion y #Libre", "nada"), strict=False
    ):
        delivery.payload = delivery.payload | {"text": text}
        delivery.save()
        put(delivery, DeliveryState.PUBLISHED)
    return publication


def test_figures_count_all_spellings_of_what_went_out_and_rewrite_nothing(
    published: Publication, ana: Member, now: datetime
) -> None:
    around = {"since": timezone.now() - timedelta(days=400), "until": timezone.now() + timedelta(days=400)}
    texts = list(deliveries_in(published).order_by("pk").values_list("payload", flat=True))
    figures = hashtag_figures(ana.entity, **around)
    assert (len(figures["exportacion"].publications), figures["exportacion"].posts) == (1, 2)
    assert figures["libre"].name == "#Libre"
    assert hashtag_figures(ana.entity, sources=[0], **around) == {}
    retire_hashtag(hashtag=list_hashtag(plan=EXPORT, by=ana, now=now), by=ana, now=now)
    assert list(deliveries_in(published).order_by("pk").values_list("payload", flat=True)) == texts


def test_the_page_shows_the_list_and_what_is_used_outside_of_it(published: Publication, ana: Member) -> None:
    list_hashtag(plan=EXPORT, by=ana, now=timezone.now())
    browser = signed_in(ana)
    page = browser.get("/publicaciones/hashtags/").content.decode()
    assert "tema Comercio" in page
    form = {"name": "Feria de café", "tie": "EVENT", "tied_to": "Feria"}
    assert browser.post("/publicaciones/hashtags/", form).status_code == 422
    assert browser.post("/publicaciones/hashtags/", form | {"name": "FeriaDeCafé"}).status_code == 302
    assert browser.post("/publicaciones/hashtags/", form | {"name": "#feriadecafe"}).status_code == 422
    assert list(Hashtag.objects.order_by("pk").values_list("name", flat=True)) == ["#Exportación", "#FeriaDeCafé"]


@pytest.mark.procedure("M-4")
def test_a_campaign_shows_how_much_its_news_used_its_hashtags(published: Publication, news: News, ana: Member) -> None:
    at = timezone.localdate(deliveries_in(published).filter(published_at__isnull=False)[0].published_at)
    news.campaign = Campaign.objects.create(
        entity=ana.entity,
        name="Café",
        purpose="p",
        starts_on=at,
        ends_on=at,
        hashtags=["#EXPORTACIÓN", "#Nada"],
        opened_by=ana,
        opened_at=timezone.now(),
    )
    news.save()
    page = " ".join(signed_in(ana).get(f"/campanas/{news.campaign.pk}/").content.decode().split())
    assert re.search(r"#EXPORTACIÓN<[^.]*?>1 publicación, 2 envíos<", page)
    assert re.search(r"#Nada<[^.]*?>sin uso<", page)
