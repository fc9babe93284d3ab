"""The pages of moderation and the public ones, as they are seen: with axe, desk and phone, light and dark (N-6)."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from pregonero.inbox.models import Message
from pregonero.moderation.actions.community import put_in_force, write_rules
from pregonero.moderation.actions.decisions import decide_wave, hold_by_rule, propose
from pregonero.moderation.first_rules import first_rules
from pregonero.moderation.models import CommunityRule
from pregonero.moderation.tasks import read_restrictions
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.actions import ObjectRef
from tests.inbox.conftest import account_of, read_all
from tests.lab.process import Lab
from tests.moderation.conftest import Comment, hide, send_changes, taken
from tests.moderation.test_live_chat import Broadcast
from tests.ui.browser import answers_of, faults_by_page

pytestmark = pytest.mark.procedure("N-6")
LIST = ObjectRef("word_list", 7, "Insultos, versión 3")


def test_axe_finds_nothing_in_the_pages_of_moderation(
    comment: Comment, ana: Member, carmen: Member, lab: Lab, page: Account, settings: Settings
) -> None:
    first, rules = first_rules(), forced(ana, carmen)
    held, hidden, proposed = comment("Eres un zángano"), comment("Mi cédula", "Eva"), comment("bit.ly/x", "Pedro")
    now = timezone.now()
    hold_by_rule(message=held, rule=rules[0], reason="«zángano» está en la lista.", source=LIST, now=now)
    taken(hidden, hide(rules[3], "Expone los datos de otra persona."), ana)
    propose(message=proposed, category="SCAM", why="Tiene un enlace.", source=LIST, now=now)
    scams = [comment(f"Gana dinero {number}", f"Estafa {number}") for number in range(3)]
    decide_wave(messages=scams, ruling=hide(rules[4], "Estafa."), filter="Todos, con «dinero»", by=ana, now=now)
    send_changes(page)
    people = [{"id": "9001", "name": "Rosa Mejía"}]
    lab.client.post("/restrictions", json={"account": page.remote_id, "kind": "BLOCK", "people": people})
    read_restrictions(timestamp=0)
    channel = account_of(lab, "youtube", carmen, settings)
    live = Broadcast(lab, channel)
    live.write("Rosa", "¿A qué hora empieza?"), live.write("Luis", "Eres un inútil")
    read_all(channel)
    insult = Message.objects.get(kind="CHAT", text="Eres un inútil")
    taken(insult, hide(rules[0], "Insulta a una persona."), ana)
    draft = write_rules(introduction=first.introduction, rules=first.rules, reason="Otra", by=ana, now=now)
    client = Client()
    client.force_login(carmen.user)
    client.post(f"/moderacion/comentarios/{held.pk}/ver/")
    comment_page, public = f"/moderacion/comentarios/{held.pk}/", f"/publico/{ana.entity.slug}"
    pages = answers_of(
        client,
        [
            "/",
            "/moderacion/",
            comment_page,
            "/moderacion/grupo/",
            "/moderacion/reglas/",
            f"/moderacion/reglas/{draft.pk}/vigencia/",
            "/moderacion/bloqueos/",
            "/moderacion/chat/",
            f"/moderacion/chat/{live.id}/",
            f"/moderacion/comentarios/{insult.pk}/",
            f"{public}/reglas/",
            f"{public}/moderacion/",
        ],
    )
    assert {answer.status for answer in pages.values()} == {200}
    assert faults_by_page(pages, pages, schemes=("light", "dark")) == {}


def forced(ana: Member, carmen: Member) -> list[CommunityRule]:
    """Put the proposed rules in force, and return them."""
    now, first = timezone.now(), first_rules()
    version = write_rules(introduction=first.introduction, rules=first.rules, reason=first.reason, by=ana, now=now)
    put_in_force(version=version, notes=first.notes, by=carmen, now=now)
    return list(CommunityRule.objects.filter(version=version).select_related("version").order_by("number"))
