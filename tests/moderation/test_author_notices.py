"""The author of a hidden comment is told once: the rule and where to ask for a review, never the text (N-3)."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.db.utils import ProgrammingError
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from pregonero.inbox.models import Answer, Conversation, Message
from pregonero.moderation.actions.reviews import decide_review
from pregonero.moderation.author_notices import GONE, GRACE, HELD
from pregonero.moderation.models import AuthorNotice, CommunityRule, Decision
from pregonero.moderation.states import ReviewOutcome
from pregonero.moderation.tasks import tell_authors
from pregonero.networks.models import Account
from pregonero.people.models import Member
from tests.inbox.conftest import account_of, post_at, read_all, send_all, write
from tests.lab.process import Lab
from tests.moderation.conftest import REASON, Comment, hide, restore, send_changes, taken
from tests.moderation.test_live_chat import Broadcast
from tests.moderation.test_reviews import asked
from tests.moderation.test_views import signed_in

pytestmark = pytest.mark.procedure("N-3")
__all__ = ["write"]


def let_grace_pass() -> None:
    """Make every decision be as old as those whose author is told."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Decision.objects.update(at=timezone.now() - GRACE - timedelta(seconds=1))
        cursor.execute("SET session_replication_role = DEFAULT")


def tell() -> list[AuthorNotice]:
    tell_authors(timestamp=int(timezone.now().timestamp()))
    return list(AuthorNotice.objects.select_related("answer").order_by("pk"))


@pytest.fixture
def hidden(comment: Comment, rules: list[CommunityRule], ana: Member, page: Account) -> Message:
    message = comment("Eres un zángano")
    taken(message, hide(rules[0]), ana)
    send_changes(page)
    return message


def test_whoever_wrote_is_told_by_private_message_after_the_time_to_undo_and_once(
    hidden: Message, rules: list[CommunityRule], ana: Member, page: Account, settings: Settings
) -> None:
    assert tell() == [], "it can still be undone"
    let_grace_pass()
    (notice,) = tell()
    assert tell() == [notice]

    answer = notice.answer
    assert answer is not None and answer.is_private and answer.by == ana
    link = settings.PUBLIC_ADDRESS.rstrip("/") + reverse("public:review", args=[ana.entity.slug])
    assert f"{link}?enlace={quote(hidden.url, safe='')}" in answer.text
    assert "la regla 1 de nuestra comunidad" in answer.text and "(versión 1)" in answer.text
    for secret in ("zángano", REASON, "Ana"):
        assert secret not in answer.text
    conversation = Conversation.objects.get(pk=hidden.conversation_id)
    assert conversation.state == "OPEN", "a notice answers nothing"
    (sent,) = [one for one in send_all(page) if one.subject_kind == "answer"]
    assert sent.state == "PUBLISHED"
    shown = signed_in(ana).get(reverse("moderation:comment", args=[hidden.pk])).content.decode()
    assert "Que su comentario se ocultó" in shown and "Por mensaje privado" in shown
    with pytest.raises(ProgrammingError, match="append_only"):
        AuthorNotice.objects.update(why_not="x")


def test_the_outcome_of_a_review_is_told_in_public_when_the_private_message_was_used(
    hidden: Message, ana: Member, beto: Member, page: Account
) -> None:
    let_grace_pass()
    tell(), send_all(page)
    review = asked(hidden)
    decide_review(review=review, outcome=ReviewOutcome.RESTORED, reason="Es una queja.", by=beto, now=timezone.now())
    send_changes(page)

    _, notice = tell()

    answer = notice.answer
    assert answer is not None and not answer.is_private and answer.by == beto and notice.review == review
    assert "volvió a mostrarse" in answer.text and "queja" not in answer.text and "Beto" not in answer.text
    assert len(tell()) == 2


def test_nobody_is_told_of_what_was_undone_meanwhile(hidden: Message, ana: Member) -> None:
    taken(hidden, restore(), ana)
    let_grace_pass()
    assert tell() == []


def test_what_its_author_removed_and_what_youtube_holds_say_why_nobody_is_told(
    hidden: Message, rules: list[CommunityRule], ana: Member, carmen: Member, lab: Lab, settings: Settings
) -> None:
    Message.objects.filter(pk=hidden.pk).update(deleted_at=timezone.now())
    channel = account_of(lab, "youtube", carmen, settings)
    video = Broadcast(lab, channel).id
    form = {"nombre": "Luis", "texto": "Eres un vago"}
    lab.client.post(f"/comentarios/youtube/{video}", data=form)
    read_all(channel)
    taken(Message.objects.get(account=channel), hide(rules[0]), ana)
    send_changes(channel)
    let_grace_pass()

    assert {notice.why_not for notice in tell()} == {GONE, HELD}
    assert not Answer.objects.exists()


def test_on_x_a_person_writes_it_at_the_network_when_the_api_does_not_take_it(
    rules: list[CommunityRule], ana: Member, carmen: Member, lab: Lab, settings: Settings, page: Account
) -> None:
    account = account_of(lab, "x", carmen, settings)
    post = post_at(lab, account, "Abierta la convocatoria")
    lab.client.post(f"/comentarios/x/{post}", data={"nombre": "Luz", "texto": "Eres un vago"})
    read_all(account)
    taken(Message.objects.get(account=account), hide(rules[0]), ana)
    send_changes(account)
    let_grace_pass()
    (notice,) = tell()

    assert notice.answer is not None and notice.answer.why_by_hand
