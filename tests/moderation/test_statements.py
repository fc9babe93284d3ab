"""Open data: a statement of reasons for each decision, with the DSA's fields, without words or names; and figures."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pregonero.inbox.models import Message
from pregonero.moderation.actions.decisions import hold_by_rule
from pregonero.moderation.models import CommunityRule
from pregonero.moderation.statements import CATEGORIES, FIELDS, OTHER
from pregonero.moderation.states import Category
from pregonero.people.models import Member
from pregonero.records.actions import ObjectRef
from tests.moderation.conftest import Comment, hide, restore, send_changes, taken
from tests.moderation.test_views import signed_in

pytestmark = pytest.mark.procedure("N-3")
LIST = ObjectRef("word_list", 7, "Insultos, versión 3")


DSA = json.loads((Path(__file__).with_name("data") / "dsa_statement.json").read_text())
"""What the DSA Transparency Database takes: its fields, values and lengths, with their source and commit."""
OURS = ("platform_name",)  # a field of its files, not of what is sent to it


def problems_of(statement: dict[str, Any]) -> list[str]:
    """Return what the database would refuse of a statement."""
    missing = [
        name
        for name in (*DSA["required"], *DSA["required_with_incompatible_content"])
        if statement.get(name) in (None, "", [])
    ]
    wrong = [
        f"{name}={value}"
        for name, values in DSA["values"].items()
        for value in (statement[name] if isinstance(statement[name], list) else [statement[name]])
        if value not in values
    ]
    long = [name for name, longest in DSA["longest"].items() if len(statement[name] or "") > longest]
    keywords = DSA["keywords_by_category"].get(statement["category"], [])
    apart = [one for one in statement["category_specification"] if one not in (*keywords, OTHER)]
    late = [
        name
        for name, (first, last) in ((key, value) for key, value in DSA["dates"].items() if key != "format")
        if not first <= statement[name] <= last or len(statement[name]) != len(DSA["dates"]["format"])
    ]
    names = [] if re.fullmatch(DSA["puid"], statement["puid"]) else ["puid"]
    return missing + wrong + long + apart + late + names


def test_every_category_has_its_name_in_the_database_of_the_dsa() -> None:
    assert set(CATEGORIES) == set(Category)
    for category, keyword in CATEGORIES.values():
        assert keyword in (*DSA["keywords_by_category"][category], OTHER)


def test_the_database_of_the_dsa_would_take_the_statement_of_each_category(
    comment: Comment, rules: list[CommunityRule], ana: Member
) -> None:
    for rule in rules:
        taken(comment(f"Texto {rule.number}", f"Persona {rule.number}"), hide(rule), ana)

    answer = Client().get(reverse("public:statements_json", args=[ana.entity.slug]))
    statements = json.loads(answer.content)["statements"]

    assert {one["category"] for one in statements} == {category for category, _ in CATEGORIES.values()}
    assert [problems_of(one) for one in statements] == [[] for _ in Category]
    others = {one["category_specification_other"] for one in statements if one["category_specification"] == [OTHER]}
    assert others == {Category.SCAM.label, Category.MINORS.label}
    wrong = statements[0] | {"category": "STATEMENT_CATEGORY_INSULT", "puid": "a b", "decision_facts": ""}
    assert len(problems_of(wrong)) >= 3, "the check refuses what the database refuses"


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
    assert (held["end_date_visibility_restriction"], held["automated_detection"]) == (None, "Yes")
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
    cells = "<td>Facebook</td><td>insultosogroserías</td><td>0</td><td>3</td><td>0</td><td>1</td>"
    assert row == f'<tr><thscope="row">{month}</th>{cells}</tr>'


@pytest.mark.procedure("N-4")
def test_the_share_of_criticism_among_what_was_hidden_is_public_and_on_the_page_of_moderation(
    comment: Comment, rules: list[CommunityRule], ana: Member
) -> None:
    criticism, insult = comment("Corruptos, son unos inútiles"), comment("Eres un zángano", "Luis Pardo")
    for message in (criticism, insult):
        taken(message, hide(rules[0]), ana)
    Message.objects.update(text="")  # the figure is of the day when it was hidden, whatever is erased later

    path, slug = "public:figures_json", ana.entity.slug
    figures = json.loads(Client().get(reverse(path, args=[slug])).content)
    table = Client().get(reverse("public:figures_csv", args=[slug])).content.decode()

    assert figures["criticism"] == {"hidden": 2, "criticism": 1}
    assert [(one["hidden"], one["criticism"]) for one in figures["figures"]] == [(2, 1)]
    assert [(row["hidden"], row["criticism"]) for row in csv.DictReader(io.StringIO(table))] == [("2", "1")]
    for shown in (
        Client().get(reverse("public:moderation", args=[slug])).content.decode(),
        signed_in(ana).get(reverse("moderation:queue")).content.decode(),
    ):
        assert "(50 %) también critica a la entidad" in " ".join(shown.split())
