"""The review of a hiding: asked by anybody with the comment's link, decided by another person (N-3, T-475 of 2024)."""

from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import InternalError, connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pregonero.inbox.models import Message
from pregonero.moderation.actions.reviews import ask_review, decide_review, set_review_term
from pregonero.moderation.models import CommunityRule, ReviewRequest
from pregonero.moderation.states import ReviewOutcome
from pregonero.networks.comment_links import comment_link
from pregonero.networks.models import Account
from pregonero.people.models import Entity, Member
from pregonero.records.models import Event
from pregonero.working_days import add_working_days
from tests.lab.process import Lab
from tests.moderation.conftest import REASON, Comment, hidden_there, hide, restore, send_changes, taken
from tests.moderation.test_views import signed_in

pytestmark = pytest.mark.procedure("N-3")
NOT_HIDDEN = "No hemos ocultado un comentario con ese enlace"


@pytest.fixture(autouse=True)
def _no_earlier_requests(db: None) -> None:
    cache.clear()


def ask_page(entity: Entity, link: str) -> Any:
    return Client().get(reverse("public:review", args=[entity.slug]), {"enlace": link})


def asked(message: Message) -> ReviewRequest:
    link = comment_link(message.url)
    assert link is not None
    return ask_review(entity=message.account.entity, link=link, now=timezone.now())


def test_a_citizen_asks_and_another_person_shows_the_comment_again(
    comment: Comment, rules: list[CommunityRule], ana: Member, beto: Member, lab: Lab, page: Account
) -> None:
    message = comment("Eres un zángano")
    taken(message, hide(rules[0]), ana)
    send_changes(page)
    shown = ask_page(ana.entity, message.url).content.decode()
    assert "Sí, está oculto" in shown and rules[0].citation in shown and "Pedir que lo revise" in shown
    for private in ("zángano", "Rosa", "Ana", REASON):
        assert private not in shown

    answer = Client(enforce_csrf_checks=True).post(
        reverse("public:review", args=[ana.entity.slug]), {"enlace": message.url}
    )
    assert (answer.status_code, quote(message.url, safe="") in answer["Location"]) == (303, True)
    review = ReviewRequest.objects.get()
    assert review.due_on == add_working_days(timezone.localdate(), 5)
    own, other = signed_in(ana), signed_in(beto)
    assert "Piden revisar un comentario oculto" in other.get("/").content.decode()
    assert "Piden revisar un comentario oculto" not in own.get("/").content.decode()
    form = {"outcome": "RESTORED", "reason": "Es una queja, no un insulto."}
    refused = own.post(review.get_absolute_url(), form)
    assert (refused.status_code, "Lo revisa otra persona" in refused.content.decode()) == (422, True)
    assert "<textarea" not in own.get(review.get_absolute_url()).content.decode()
    assert other.post(review.get_absolute_url(), form).status_code == 302
    send_changes(page)

    assert hidden_there(lab, page) == {message.remote_id: False}
    shown = ask_page(ana.entity, message.url).content.decode()
    assert "Volvió a mostrarse" in shown and "Es una queja" in shown and "Beto" not in shown
    events = Event.objects.filter(event_type__startswith="review.").order_by("pk")
    assert [(one.event_type, one.actor["kind"]) for one in events] == [
        ("review.asked", "citizen"),
        ("review.decided", "member"),
    ]


def test_who_hid_a_comment_does_not_decide_its_review_in_the_database_either(
    comment: Comment, rules: list[CommunityRule], ana: Member, beto: Member
) -> None:
    message = comment()
    taken(message, hide(rules[0]), ana)
    review = asked(message)
    decided = {"outcome": "KEPT", "reason": "Sí", "decided_by": ana, "decided_at": timezone.now()}
    with pytest.raises((InternalError, ProgrammingError), match="another_person"), transaction.atomic():
        ReviewRequest.objects.filter(pk=review.pk).update(**decided)

    kept = decide_review(review=review, outcome=ReviewOutcome.KEPT, reason="Insulta.", by=beto, now=timezone.now())

    assert kept.restored is None
    assert asked(message) == review, "a decided review is not asked for again"
    shown = ask_page(ana.entity, message.url).content.decode()
    assert "sigue oculto" in shown and "Insulta." in shown and "Pedir que lo revise" not in shown
    with pytest.raises((InternalError, ProgrammingError), match="decided_is_final"), transaction.atomic():
        ReviewRequest.objects.filter(pk=review.pk).update(reason="Otra")
    with pytest.raises((InternalError, ProgrammingError), match="no_delete"), transaction.atomic():
        connection.cursor().execute("DELETE FROM moderation_reviewrequest")


def test_a_comment_that_is_shown_again_meanwhile_needs_no_review(
    comment: Comment, rules: list[CommunityRule], ana: Member, beto: Member
) -> None:
    message = comment()
    taken(message, hide(rules[0]), ana)
    review = asked(message)
    taken(message, restore(), ana)

    assert "Piden revisar" not in signed_in(beto).get("/").content.decode()
    assert NOT_HIDDEN in ask_page(ana.entity, message.url).content.decode()
    answer = signed_in(beto).post(review.get_absolute_url(), {"outcome": "KEPT", "reason": "x"})
    assert (answer.status_code, "ya está visible" in answer.content.decode()) == (422, True)


def test_the_answer_is_the_same_for_a_visible_comment_and_for_what_does_not_exist(
    comment: Comment, rules: list[CommunityRule], ana: Member, other_entity: Entity
) -> None:
    hidden, visible = comment(), comment("Buenas tardes")
    taken(hidden, hide(rules[0]), ana)
    pages = {
        ask_page(ana.entity, link).content.decode().replace(link, "")
        for link in (visible.url, "https://www.facebook.com/a/posts/1?comment_id=99", "https://ajeno.example/1")
    }
    assert len(pages) == 1 and NOT_HIDDEN in pages.pop()
    assert NOT_HIDDEN in ask_page(other_entity, hidden.url).content.decode()
    assert (
        NOT_HIDDEN
        in Client().post(reverse("public:review", args=[ana.entity.slug]), {"enlace": visible.url}).content.decode()
    )
    assert not ReviewRequest.objects.exists()


BAD = ["", " ", "hola", "javascript:alert(1)", "http://[::1", "https://x.com/\x00", "data:text/html,x", "x" * 5_000,
       "https://yo@facebook.com/1", "<script>alert(1)</script>",
       "https://x.com:99999/status/1", "//", "http://."]  # fmt: skip


@pytest.mark.parametrize("link", BAD)
def test_what_is_no_link_is_refused_in_a_sentence(entity: Entity, link: str) -> None:
    for method in (Client().get, Client().post):
        answer = method(reverse("public:review", args=[entity.slug]), {"enlace": link})
        assert answer.status_code in (200, 422), link
        assert "<script>alert" not in answer.content.decode()
    assert not ReviewRequest.objects.exists()


def test_an_address_that_asks_too_much_waits(entity: Entity) -> None:
    statuses = [ask_page(entity, "https://x.com/a/status/1").status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    other = Client(REMOTE_ADDR="10.9.8.7").get(
        reverse("public:review", args=[entity.slug]), {"enlace": "https://x.com/a/status/1"}
    )
    assert other.status_code == 200


def test_a_thousand_requests_of_one_comment_are_one_review(
    comment: Comment, rules: list[CommunityRule], ana: Member
) -> None:
    message = comment()
    taken(message, hide(rules[0]), ana)
    path = reverse("public:review", args=[ana.entity.slug])
    statuses = {Client(REMOTE_ADDR=f"10.1.{n}.1").post(path, {"enlace": message.url}).status_code for n in range(20)}
    assert statuses == {303}
    assert ReviewRequest.objects.count() == 1


def test_the_page_keeps_no_cookie_and_no_cache(entity: Entity) -> None:
    answer = ask_page(entity, "https://x.com/a/status/1")
    assert not answer.cookies and "no-store" in answer["Cache-Control"]
    assert "<script" not in answer.content.decode()


LINKS = {
    "https://www.facebook.com/minco/posts/pfbid02?comment_id=789": ("facebook", "789"),
    "https://m.facebook.com/x?comment_id=123_456&reply_comment_id=777": ("facebook", "777"),
    "https://www.facebook.com/x?comment_id=Y29tbWVudDoxMjNfNDU2": ("facebook", "456"),
    "https://www.facebook.com/minco/posts/123": ("facebook", ""),
    "https://www.instagram.com/p/Cxyz/c/1801/": ("instagram", "1801"),
    "https://www.instagram.com/p/Cxyz/c/1801/r/1802/": ("instagram", "1802"),
    "https://www.instagram.com/p/Cxyz/": ("instagram", ""),
    "youtube.com/watch?v=abc&lc=Ugx_1-2.9": ("youtube", "Ugx_1-2.9"),
    "https://twitter.com/rosa/status/1860?s=20": ("x", "1860"),
    "https://mobile.twitter.com/rosa/status/1860": ("x", "1860"),
    "https://x.com/rosa": ("x", ""),
    "https://x.com.ajeno.example/rosa/status/1860": ("", ""),
}


@pytest.mark.parametrize(("written", "expected"), LINKS.items())
def test_a_link_names_the_comment_of_its_network(written: str, expected: tuple[str, str]) -> None:
    link = comment_link(written)
    assert link is not None
    assert (link.network, link.comment_id) == expected


def test_the_term_is_set_by_the_coordination_and_holds_for_what_is_asked_afterwards(
    comment: Comment, rules: list[CommunityRule], ana: Member, carmen: Member
) -> None:
    first, second = comment(), comment("Otro insulto", "Luz")
    for message in (first, second):
        taken(message, hide(rules[0]), ana)
    before = asked(first)
    path = reverse("moderation:reviews")
    assert signed_in(ana).post(path, {"working_days": 1, "reason": "x"}).status_code == 403
    assert signed_in(carmen).post(path, {"working_days": 0, "reason": "x"}).status_code == 422

    set_review_term(working_days=2, reason="Más pronto", by=carmen, now=timezone.now())

    before.refresh_from_db()
    assert before.due_on == add_working_days(timezone.localdate(), 5)
    assert asked(second).due_on == add_working_days(timezone.localdate(), 2)
    shown = signed_in(carmen).get(path).content.decode()
    assert "2 días hábiles" in shown and "Más pronto" in shown
    assert "2 días hábiles" in ask_page(ana.entity, "https://x.com/a/status/1").content.decode()
