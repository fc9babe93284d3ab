"""The pages of moderation: covered until asked for, no category for criticism, a wave in three clicks, public rules."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pregonero.moderation.actions.community import put_in_force, write_rules
from pregonero.moderation.actions.decisions import hold_by_rule
from pregonero.moderation.comment_queue import shift_of
from pregonero.moderation.first_rules import first_rules
from pregonero.moderation.models import CommunityRule, Decision, Exposure, RulesVersion, Wave
from pregonero.moderation.states import Category, Criterion
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.actions import ObjectRef
from tests.lab.process import Lab
from tests.moderation.conftest import Comment, hidden_there, send_changes

pytestmark = pytest.mark.procedure("N-3")
LIST = ObjectRef("word_list", 7, "Insultos, versión 3")
INSULT = "Eres un zángano"


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def page_of(comment: object) -> str:
    return reverse("moderation:comment", args=[comment.pk])  # type: ignore[attr-defined]


def test_a_held_comment_is_covered_until_somebody_asks_and_that_is_counted(
    comment: Comment, rules: list[CommunityRule], ana: Member, beto: Member
) -> None:
    message = comment(INSULT)
    hold_by_rule(message=message, rule=rules[0], reason="Está en la lista.", source=LIST, now=timezone.now())
    client = signed_in(ana)
    for path in (reverse("moderation:queue"), page_of(message), f"{page_of(message)}?ver=1"):
        text = client.get(path).content.decode()
        assert "zángano" not in text and "Rosa" not in text
        assert "Insultos, versión 3" in text

    seen = client.post(reverse("moderation:uncover", args=[message.pk]), follow=True).content.decode()

    assert "zángano" in seen and "Hoy has destapado 1" in seen and "Rosa" not in seen
    assert Exposure.objects.filter(member=ana).count() == 1
    assert "Destapó 1 comentario." in client.get(reverse("moderation:queue")).content.decode()
    assert "zángano" not in signed_in(beto).get(f"{page_of(message)}?ver=1").content.decode()


def test_the_inbox_covers_what_is_held_and_opens_its_moderation_with_a_key(
    comment: Comment, rules: list[CommunityRule], ana: Member
) -> None:
    message, client = comment(INSULT), signed_in(ana)
    conversation = message.conversation.get_absolute_url()
    shown = client.get(conversation).content.decode()
    assert "zángano" in shown and 'data-key="h"' in shown and page_of(message) in shown
    hold_by_rule(message=message, rule=rules[0], reason="Está en la lista.", source=LIST, now=timezone.now())

    for path in (conversation, reverse("inbox:list"), "/"):
        assert "zángano" not in client.get(path).content.decode(), path
    client.post(reverse("moderation:decide", args=[message.pk]), {"verb": "RESTORE", "reason": "No era."})
    assert "zángano" in client.get(conversation).content.decode()


def test_a_comment_is_hidden_from_its_page_and_shown_again(
    comment: Comment, rules: list[CommunityRule], ana: Member, lab: Lab, page: Account
) -> None:
    message, client = comment(INSULT), signed_in(ana)
    form = {"verb": "HIDE", "rule": rules[0].pk, "reason": "Insulta a quien atiende."}
    assert client.post(reverse("moderation:decide", args=[message.pk]), form).status_code == 302
    send_changes(page)
    assert hidden_there(lab, page) == {message.remote_id: True}

    shown = client.get(page_of(message)).content.decode()
    assert rules[0].citation in shown
    client.post(reverse("moderation:decide", args=[message.pk]), {"verb": "RESTORE", "reason": "No era."})
    send_changes(page)
    assert hidden_there(lab, page) == {message.remote_id: False}


@pytest.mark.procedure("N-4")
def test_criticism_is_no_category_in_the_page(comment: Comment, rules: list[CommunityRule], ana: Member) -> None:
    message, client = comment("El ministro no cumple"), signed_in(ana)
    shown = client.get(page_of(message)).content.decode()
    assert "no es motivo para ocultar nada" in shown
    path = reverse("moderation:decide", args=[message.pk])
    for form in ({"verb": "HIDE", "reason": "Critica"}, {"verb": "HIDE", "rule": "CRITICISM", "reason": "Critica"}):
        answer = client.post(path, form)
        assert answer.status_code == 422
        assert "no es motivo" in answer.content.decode()
    assert not Decision.objects.exists()


def test_a_wave_is_handled_by_filter_in_three_clicks_and_undone_as_one(
    comment: Comment, rules: list[CommunityRule], ana: Member, lab: Lab, page: Account
) -> None:
    scams = [comment(f"Gana dinero fácil {number}") for number in range(3)]
    other, client = comment("¿Hasta cuándo hay plazo?"), signed_in(ana)
    query = "?estado=todos&texto=dinero+f%C3%A1cil"
    assert "Decidir sobre estos 3 a la vez" in client.get(reverse("moderation:queue") + query).content.decode()
    wave = reverse("moderation:wave") + query
    assert client.get(wave).content.decode().count(" checked> Usuario") == 3
    form = {"verb": "HIDE", "rule": rules[4].pk, "reason": "Estafa.", "chosen": [one.pk for one in scams]}
    assert client.post(wave, form).status_code == 302
    send_changes(page)
    expected = {one.remote_id: True for one in scams} | {other.remote_id: False}
    assert hidden_there(lab, page) == expected

    client.post(reverse("moderation:undo_wave", args=[Wave.objects.get().pk]))
    send_changes(page)

    assert set(hidden_there(lab, page).values()) == {False}


def rules_form(number: int = 1, **changes: str) -> dict[str, str]:
    rules = {f"reglas-{place}-category": "INSULT" for place in range(number)}
    rules |= {f"reglas-{place}-title": f"No insultes {place}" for place in range(number)}
    rules |= {f"reglas-{place}-text": "Ni a otros ni a quien atiende." for place in range(number)}
    total = {"reglas-TOTAL_FORMS": str(number), "reglas-INITIAL_FORMS": "0"}
    return total | rules | {"introduction": "Para conversar mejor.", "reason": "Primera versión"} | changes


def test_rules_are_written_put_in_force_with_their_checklist_and_read_by_anybody(ana: Member, carmen: Member) -> None:
    public = reverse("public:rules", args=[ana.entity.slug])
    anybody = Client()
    assert "Todavía no hay reglas publicadas" in anybody.get(public).content.decode()
    assert signed_in(ana).post(reverse("moderation:rules"), rules_form(2)).status_code == 302
    draft = RulesVersion.objects.get()
    publish = reverse("moderation:publish_rules", args=[draft.pk])
    notes = {criterion.value: f"Se cumple: {criterion.value}" for criterion in Criterion}
    assert signed_in(ana).post(publish, notes).status_code == 403
    assert signed_in(carmen).post(publish, notes | {"NEUTRAL_PURPOSE": " "}).status_code == 422
    assert signed_in(carmen).post(publish, notes).status_code == 302

    answer = anybody.get(public)

    text = answer.content.decode()
    assert "No insultes 1" in text and "Se cumple: NEUTRAL_PURPOSE" in text
    assert "<script" not in text and "Salir" not in text
    assert set(answer.headers["Cache-Control"].split(", ")) == {"max-age=300", "public"}
    assert "Cookie" not in answer.headers.get("Vary", "") and not answer.cookies
    assert anybody.get(reverse("public:rules_version", args=[ana.entity.slug, 1])).status_code == 200
    assert anybody.get(reverse("public:rules_version", args=[ana.entity.slug, 2])).status_code == 404
    assert anybody.get(reverse("public:rules", args=["nadie"])).status_code == 404


def test_a_draft_of_new_rules_leaves_those_in_force(rules: list[CommunityRule], ana: Member) -> None:
    signed_in(ana).post(reverse("moderation:rules"), rules_form())

    assert RulesVersion.objects.filter(in_force_at__isnull=True).get().number == 2
    text = Client().get(reverse("public:rules", args=[ana.entity.slug])).content.decode()
    assert "Versión 1, en vigor" in text and "No insultes" not in text


@pytest.mark.procedure("N-4")
def test_the_proposed_rules_can_be_put_in_force_as_they_are(ana: Member, carmen: Member) -> None:
    first = first_rules()
    shown = signed_in(ana).get(reverse("moderation:rules")).content.decode()
    assert first.rules[0].title in shown
    now = timezone.now()

    version = write_rules(introduction=first.introduction, rules=first.rules, reason=first.reason, by=ana, now=now)
    put_in_force(version=version, notes=first.notes, by=carmen, now=now)

    assert {rule.category for rule in first.rules} == set(Category.values)
    text = Client().get(reverse("public:rules", args=[ana.entity.slug])).content.decode()
    assert "criticar a la entidad o al Gobierno no es motivo" in text


@pytest.mark.parametrize(
    ("hour", "day", "shift"), [(5, 23, "noche"), (6, 24, "mañana"), (14, 24, "tarde"), (22, 24, "noche")]
)
def test_the_night_belongs_to_the_day_on_which_it_began(hour: int, day: int, shift: str) -> None:
    assert shift_of(datetime(2026, 11, 24, hour, 30, tzinfo=UTC)) == (date(2026, 11, day), shift)
