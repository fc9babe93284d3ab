"""A text parted in a thread, the acts on its parts while it is written, and how its pages show it."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from pregonero.errors import Refused
from pregonero.networks.base import Post
from pregonero.networks.models import Account
from pregonero.networks.registry import connector
from pregonero.newsroom.models import News
from pregonero.outbox.queries.deliveries import deliveries_of
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import actions, queries
from pregonero.publishing.calendar_filters import Filters
from pregonero.publishing.models import Publication
from pregonero.publishing.queries.calendar_pages import day_of
from pregonero.publishing.thread_splitting import split_text
from pregonero.publishing.threads import DraftThread, current_delivery, thread_label
from tests.publishing.test_parts import edited, put_out
from tests.publishing.test_states import put
from tests.publishing.test_views import sent, signed_in
from tests.stage import drafted

THREADED = ("x", "bluesky", "mastodon")
LINK = "https://www.mincit.gov.co/prensa/noticias/industria/credito-para-mipymes?a=1&b=2"
SENTENCES = [f"El crédito número {number} llega a las mipymes de la región." for number in range(1, 30)]
LONG = " ".join(SENTENCES) + f"\n\n{LINK}"
words = st.lists(
    st.one_of(
        st.sampled_from(
            ["crédito.", "¡Ya!", "año", "EE. UU.", LINK, "🇨🇴", "👩‍👩‍👧‍👦", "#ComercioJusto", "«cita».", "…"]
        ),
        st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20),
    ),
    min_size=1,
    max_size=120,
)
gaps = st.sampled_from([" ", " ", " ", "\n", "\n\n"])


def fits_on(name: str) -> Any:
    return lambda text: not [issue for issue in connector(name).check(Post(text)) if issue.key == "too_long"]


@pytest.mark.parametrize("name", THREADED)
def test_a_long_text_is_parted_between_its_sentences(name: str) -> None:
    parts = split_text(LONG, fits_on(name))
    assert len(parts) > 2
    assert " ".join(parts).split() == LONG.split()
    assert all(fits_on(name)(part) for part in parts)
    assert all(part.endswith(".") for part in parts[:-1])
    assert parts[-1].endswith(LINK)


@settings(max_examples=40, deadline=None)
@given(words=words, gap=gaps, name=st.sampled_from(THREADED))
def test_parts_join_back_to_the_same_words_and_none_is_over_the_limit(words: list[str], gap: str, name: str) -> None:
    text, fits = gap.join(words), fits_on(name)
    parts = split_text(text, fits)
    assert " ".join(parts).split() == text.split()
    assert all(fits(part) for part in parts)
    assert sum(part.count(LINK) for part in parts) == text.count(LINK)


def test_a_word_that_does_not_fit_alone_stays_whole() -> None:
    word = "a" * 400
    assert split_text(f"Uno {word} dos", fits_on("x")) == ["Uno", word, "dos"]


def test_a_text_that_fits_is_one_part() -> None:
    assert split_text("Cabe entero.\n\nSí.", fits_on("x")) == ["Cabe entero.\n\nSí."]
    assert split_text("", fits_on("x")) == [""]


def test_parts_are_added_removed_and_moved() -> None:
    thread = DraftThread(("uno", "dos", "tres"), 0, connector("x"))
    assert thread.with_new_part() == ["uno", "dos", "tres", ""]
    assert thread.without_part(2) == ["uno", "tres"]
    assert thread.with_part_moved(3, -1) == ["uno", "tres", "dos"]
    assert thread.with_part_moved(1, 1) == ["dos", "uno", "tres"]
    assert thread.with_part_moved(3, 1) == ["uno", "dos", "tres"]


@pytest.mark.parametrize("number", [0, 1, 4])
def test_the_first_text_and_missing_parts_cannot_be_removed(number: int) -> None:
    with pytest.raises(Refused, match="ya no se puede"):
        DraftThread(("uno", "dos", "tres"), 0, connector("x")).without_part(number)


def test_public_parts_cannot_be_split_moved_or_removed() -> None:
    texts = (LONG, "dos", "tres")
    assert DraftThread(texts, 1, connector("x")).split() == list(texts)
    thread = DraftThread(texts, 2, connector("x"))
    assert thread.with_part_moved(3, -1) == list(texts)
    for change in (lambda: thread.without_part(2), lambda: thread.with_part_moved(2, -1)):
        with pytest.raises(Refused, match="ya no se puede"):
            change()
    with pytest.raises(Refused, match="ya no se puede"):
        thread.with_part_moved(2, 1)


@pytest.fixture
def draft(accounts: dict[str, Account], news: News, ana: Member) -> Publication:
    return drafted(news, ana, timezone.now())


def post_thread(client: Client, publication: Publication, account: Account, path: str, **more: Any) -> Any:
    """Send the editor's form to an address of the account's thread."""
    data: dict[str, Any] = sent(publication) | {f"red{account.pk}-thread": "1"} | more
    return client.post(f"/publicaciones/{publication.pk}/redes/{account.pk}/hilo/{path}", data)


def written(page: str, account: Account) -> list[str]:
    found = re.findall(rf'<textarea name="red{account.pk}-(?:text|parts)"[^>]*>\n(.*?)</textarea>', page, re.S)
    return [text.replace("&amp;", "&") for text in found]


@pytest.mark.procedure("P-3")
def test_a_text_that_is_too_long_is_parted_in_the_editor_and_saved(
    draft: Publication, accounts: dict[str, Account], ana: Member
) -> None:
    x, client = accounts["x"], signed_in(ana)
    page = post_thread(client, draft, x, "division/", **{f"red{x.pk}-text": LONG}).content.decode()
    parts = written(page, x)
    assert len(parts) > 2
    assert f"parte {len(parts)} de {len(parts)}" in page
    assert draft.adaptations.get(account=x).parts == []  # nothing is saved until it is saved
    data = sent(draft) | {f"red{x.pk}-text": parts[0], f"red{x.pk}-thread": "1", f"red{x.pk}-parts": parts[1:]}
    assert client.post(f"/publicaciones/{draft.pk}/textos/", data).status_code == 302
    adaptation = draft.adaptations.get(account=x)
    assert [adaptation.text, *adaptation.parts] == parts
    assert not [issue for issue in queries.issues(draft) if issue.field.startswith(f"account:{x.pk}")]


@pytest.mark.procedure("P-3")
def test_what_the_browser_does_not_send_of_a_thread_stays(
    draft: Publication, accounts: dict[str, Account], ana: Member
) -> None:
    edited(draft, accounts["x"], ana, timezone.now(), "Segunda.", "Tercera.")
    draft.refresh_from_db()
    assert signed_in(ana).post(f"/publicaciones/{draft.pk}/textos/", sent(draft)).status_code == 302
    assert draft.adaptations.get(account=accounts["x"]).parts == ["Segunda.", "Tercera."]


@pytest.mark.procedure("P-3")
def test_the_buttons_of_a_part_change_the_thread_and_keep_what_is_written(
    draft: Publication, accounts: dict[str, Account], ana: Member
) -> None:
    x, client = accounts["x"], signed_in(ana)
    form = {f"red{x.pk}-text": "Primera", f"red{x.pk}-parts": ["Segunda", "Tercera"], "why": "Sin guardar"}

    def texts_after(path: str) -> list[str]:
        page = post_thread(client, draft, x, path, **form).content.decode()
        assert "Sin guardar" in page
        return written(page, x)

    assert texts_after("partes/") == ["Primera", "Segunda", "Tercera", ""]
    assert texts_after("partes/2/retiro/") == ["Primera", "Tercera"]
    assert texts_after("partes/3/subida/") == ["Primera", "Tercera", "Segunda"]
    assert texts_after("partes/2/bajada/") == ["Primera", "Tercera", "Segunda"]
    assert draft.adaptations.get(account=x).parts == []  # nothing is saved


@pytest.mark.parametrize("path", ["partes/x/retiro/", "partes/9/subida/", "partes/1/retiro/", "partes/2/borrado/"])
def test_a_part_that_does_not_exist_cannot_be_changed(
    draft: Publication, accounts: dict[str, Account], ana: Member, path: str
) -> None:
    assert post_thread(signed_in(ana), draft, accounts["x"], path).status_code in (404, 409, 422, 403)


def test_a_network_without_threads_has_no_parts(draft: Publication, accounts: dict[str, Account], ana: Member) -> None:
    client = signed_in(ana)
    assert post_thread(client, draft, accounts["facebook"], "division/").status_code == 404
    page = client.get(f"/publicaciones/{draft.pk}/editor/").content.decode()
    assert page.count("Convertir en hilo") == 1  # of the four, only X


@pytest.fixture
def going(draft: Publication, accounts: dict[str, Account], ana: Member) -> Publication:
    now = timezone.now()
    publication = edited(draft, accounts["x"], ana, now, "Segunda parte.", "Tercera parte.")
    return actions.program_publication(publication=publication, due_at=now + timedelta(hours=1), by=ana, now=now)


@pytest.mark.procedure("P-2")
def test_the_day_counts_a_thread_once_and_says_how_far_it_came(
    going: Publication, accounts: dict[str, Account], ana: Member
) -> None:
    thread = [each for each in deliveries_of(going.ref) if each.account_id == accounts["x"].pk]
    put_out(thread[0])
    assert going.due_at is not None
    (entry,) = day_of(ana, timezone.localdate(going.due_at), Filters(), now=timezone.now()).entries
    assert len(entry.states) == 4
    assert entry.states[accounts["x"].pk].label == "1 de 3 publicadas"


@pytest.mark.procedure("P-6")
def test_the_file_shows_each_part_and_says_what_stopping_would_stop(
    going: Publication, accounts: dict[str, Account], ana: Member, marta: Member
) -> None:
    thread = [each for each in deliveries_of(going.ref) if each.account_id == accounts["x"].pk]
    put_out(thread[0])
    page = signed_in(ana).get(f"/publicaciones/{going.pk}/").content.decode()
    assert "1 de 3 publicadas" in page
    assert "Parte 3: programada" in page
    assert "publicando, 0 de 4" in page  # accounts, not parts
    assert "Segunda parte." in page
    for act in ("cancelacion", "pausa"):
        asked = signed_in(marta).get(f"/publicaciones/{going.pk}/{act}/").content.decode()
        assert "X, partes 2 a 3; Facebook" in asked, act


def test_a_thread_stands_where_it_has_not_gone_out(going: Publication, accounts: dict[str, Account]) -> None:
    def thread() -> list[Any]:
        return [each for each in deliveries_of(going.ref) if each.account_id == accounts["x"].pk]

    assert thread_label(thread()) == "programada, 3 partes"
    put_out(thread()[0])
    put(thread()[1], DeliveryState.REJECTED)
    assert thread_label(thread()) == "1 de 3 publicadas, rechazada"
    assert current_delivery(thread()).position == 1
    for each in thread()[1:]:
        put_out(each)
    assert thread_label(thread()) == "publicada, 3 partes"


def test_a_part_taken_away_is_not_counted(
    going: Publication, accounts: dict[str, Account], ana: Member, now: datetime
) -> None:
    edited(going, accounts["x"], ana, timezone.now(), "Segunda parte.")
    thread = [each for each in deliveries_of(going.ref) if each.account_id == accounts["x"].pk]
    assert len(thread) == 3
    assert thread_label(thread) == "programada, 2 partes"


@pytest.mark.procedure("P-6")
def test_the_link_goes_as_first_comment_where_the_account_asks_for_it(
    news: News, accounts: dict[str, Account], ana: Member, carmen: Member
) -> None:
    now, page = timezone.now(), accounts["facebook"]
    page.link_as_comment, page.link_as_comment_reason = True, "Sin verificar: dos enlaces al mes."
    page.save()
    draft = drafted(news, ana, now)
    adaptation = draft.adaptations.get(account=page)
    assert adaptation.link_under
    editor = signed_in(ana).get(f"/publicaciones/{draft.pk}/editor/").content.decode()
    assert "El enlace va como primer comentario." in editor
    assert "Sin verificar: dos enlaces al mes." in editor
    publication = actions.program_publication(publication=draft, due_at=now + timedelta(hours=1), by=ana, now=now)
    first, comment = [each for each in deliveries_of(publication.ref) if each.account_id == page.pk]
    assert (first.position, comment.position, comment.follows_id) == (0, 1, first.pk)
