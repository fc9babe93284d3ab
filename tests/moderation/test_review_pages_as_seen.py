"""The pages of reviews and of the daily close, as they are seen: with axe, desk and phone, light and dark (N-6)."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from pregonero.inbox.models import DeliveredItem
from pregonero.moderation.models import CommunityRule, ReviewRequest
from pregonero.networks.models import Account
from pregonero.people.models import Member
from tests.moderation.conftest import Comment, hide, taken
from tests.moderation.test_daily_close import signed, to_yesterday
from tests.moderation.test_views import signed_in
from tests.ui.browser import Answer, answers_of, faults_by_page

pytestmark = pytest.mark.procedure("N-6")


def test_axe_finds_nothing_in_the_pages_of_reviews_and_closes(
    comment: Comment, rules: list[CommunityRule], ana: Member, beto: Member, carmen: Member, page: Account
) -> None:
    cache.clear()
    hidden, other, third = (
        comment("Eres un zángano"),
        comment("¿Hasta cuándo hay plazo?", "Luz"),
        comment("Hola", "Eva"),
    )
    for message in (hidden, third):
        taken(message, hide(rules[0]), ana)
    public, anybody = reverse("public:review", args=[ana.entity.slug]), Client()
    answers = {}
    for name, link in (("pedir", hidden.url), ("visible", other.url), ("mal", "hola")):
        response = anybody.get(public, {"enlace": link})
        answers[f"/{name}/"] = Answer(response.status_code, dict(response.headers), response.content)
    for message in (hidden, third):
        anybody.post(public, {"enlace": message.url})
    waiting, decided = ReviewRequest.objects.order_by("pk")
    signed_in(beto).post(decided.get_absolute_url(), {"outcome": "KEPT", "reason": "Insulta a quien atiende."})
    for name, link in (("pedida", hidden.url), ("decidida", third.url)):
        response = anybody.get(public, {"enlace": link})
        answers[f"/{name}/"] = Answer(response.status_code, dict(response.headers), response.content)
    DeliveredItem.objects.create(
        account=page, remote_id="77_78", kind="COMMENT", written_at=other.written_at, delivered_at=other.written_at
    )
    day = to_yesterday(page)
    close, account = (
        reverse("moderation:close_day", args=[day]),
        reverse("moderation:close_account", args=[day, page.pk]),
    )
    answers |= answers_of(signed_in(beto), [waiting.get_absolute_url(), decided.get_absolute_url(), account, close])
    answers |= answers_of(signed_in(carmen), [reverse("moderation:reviews"), public])
    signed(page, day, ana, difference=2, reason="Uno lo borró su autor.")
    shown = signed_in(beto).get(close)
    answers["/cerrado/"] = Answer(shown.status_code, dict(shown.headers), shown.content)
    assert {answer.status for path, answer in answers.items() if path != "/mal/"} == {200}
    assert faults_by_page(answers, answers, schemes=("light", "dark")) == {}
