"""Open data: a statement of reasons for each decision, with the DSA's fields, without words or names; and figures."""

import csv
import io
import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pregonero.moderation.actions.decisions import hold_by_rule
from pregonero.moderation.models import CommunityRule
from pregonero.moderation.statements import CATEGORIES, FIELDS
from pregonero.moderation.states import Category
from pregonero.people.models import Member
from pregonero.records.actions import ObjectRef
from tests.moderation.conftest import Comment, hide, restore, send_changes, taken

pytestmark = pytest.mark.procedure("N-3")
LIST = ObjectRef("word_list", 7, "Insultos, versión 3")


def test_every_category_has_its_name_in_the_database_of_the_dsa() -> None:
    assert set(CATEGORIES) == set(Category)


def test_each_decision_has_its_statement_without_words_or_names(
    comment: Comment, rules: list[CommunityRule], ana: Member
) -> None:
    first, second = comment("Eres un zángano"), comment("Vive en la carrera 7", "Pedro Ruiz")
    taken(first, hide(rules[0], "Insulta a doña Clemencia"), ana)
    send_changes(first.account)
    taken(first, restore("Era una broma de Clemencia"), ana)
    hold_by_rule(message=second, rule=rules[3], reason="Está en la lista.", source=LIST, now=timezone.now())
    answer = Client().get(reverse("public:statements_json", args=[ana.entity.slug]))

    held, hidden = json.loads(answer.content)["statements"]

    assert tuple(held) == FIELDS
    assert (hidden["category"], hidden["automated_decision"]) == (
        "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        "AUTOMATED_DECISION_NOT_AUTOMATED",
    )
    assert hidden["decision_ground_reference_url"].endswith("/publico/mincomercio/reglas/1/#regla-1")
    today = f"{timezone.localdate():%Y-%m-%d}"
    assert (hidden["application_date"], hidden["end_date_visibility_restriction"]) == (today, today)
    assert (held["end_date_visibility_restriction"], held["automated_detection"]) == ("", "Yes")
    assert held["automated_decision"] == "AUTOMATED_DECISION_FULLY"
    table = Client().get(reverse("public:statements_csv", args=[ana.entity.slug])).content.decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["puid"] for row in rows] == [held["puid"], hidden["puid"]]
    assert json.loads(rows[0]["decision_visibility"]) == ["DECISION_VISIBILITY_CONTENT_DISABLED"]
    for said in (answer.content.decode(), table):
        for secret in ("zángano", "carrera", "Rosa", "Pedro", "Clemencia", "Ana"):
            assert secret not in said, secret


def test_the_figures_are_by_category_network_and_month(
    comment: Comment, rules: list[CommunityRule], ana: Member
) -> None:
    messages = [comment(f"Insulto {number}") for number in range(3)]
    for message in messages:
        taken(message, hide(rules[0]), ana)
    send_changes(messages[0].account)
    taken(messages[0], restore(), ana)

    text = Client().get(reverse("public:moderation", args=[ana.entity.slug])).content.decode()

    row = "".join(text.split("<tbody>")[1].split("</tbody>")[0].split())
    month = f"{timezone.localdate():%Y-%m}"
    cells = "<td>Facebook</td><td>insultosogroserías</td><td>0</td><td>3</td><td>1</td>"
    assert row == f'<tr><thscope="row">{month}</th>{cells}</tr>'
