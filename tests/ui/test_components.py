"""Components escape their arguments, give the reason of a disabled control and link errors to fields."""

import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler

from pregonero.ui.icons import MARK_ICONS, STATE_ICONS
from pregonero.ui.templatetags.ui_components import number, of_limit

HOSTILE = '"><script>alert(1)</script>'


def render(source: str, **context: object) -> str:
    template = engines["django"].from_string(_compiled(source))
    return str(template.render(context, RequestFactory().get("/lista/?red=x&pagina=2")))


def _compiled(source: str) -> str:
    """Do what cotton's loader does with a file."""
    return str(CottonCompiler().process(source))


class Sample(forms.Form):
    name = forms.CharField(label="Nombre", help_text="Como en la cédula.")
    text = forms.CharField(label="Texto", required=False, widget=forms.Textarea)


@pytest.mark.parametrize(
    "source",
    [
        '<c-button name="{{ value }}" hx-get="{{ value }}">x</c-button>',
        '<c-button :name="value" :hx-get="value">x</c-button>',
        '<c-row time="1" what="{{ value }}" why="{{ value }}" />',
        '<c-row time="1" :what="value" :why="value" />',
        '<c-panel title="{{ value }}">{{ value }}</c-panel>',
        '<c-net network="x" :name="value" :word="value" />',
        '<c-field :name="value" :label="value" :value="value" :hint="value" />',
        '<c-tab :href="value" :hx-get="value">x</c-tab>',
    ],
)
def test_arguments_are_escaped(source: str) -> None:
    page = render(source, value=HOSTILE)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_disabled_button_gives_its_reason() -> None:
    page = render('<c-button kind="main" reason="Sobran 12 caracteres.">Programar</c-button>')
    assert " disabled" in page
    assert "Sobran 12 caracteres." in page


def test_button_without_a_reason_is_enabled() -> None:
    page = render('<c-button kind="main" reason="">Programar</c-button>')
    assert "disabled" not in page
    assert '<button class="btn main-act" type="submit"' in " ".join(page.split())


def test_disabled_link_has_no_href() -> None:
    assert "href" not in render('<c-button href="/x/" reason="Ya salió.">Mover</c-button>')


def test_unknown_kind_of_button_raises() -> None:
    with pytest.raises(KeyError):
        render('<c-button kind="purple">x</c-button>')


def test_field_refers_to_its_help_and_error() -> None:
    page = render('<c-field :field="form.name" />', form=Sample({}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'id="id_name_helptext"' in page
    assert 'id="id_name_error"' in page
    assert 'aria-invalid="true"' in page


def test_error_summary_links_to_each_field_and_takes_the_focus_when_it_is_of_none() -> None:
    page = render('<c-errors :form="form" />', form=Sample({}))
    assert '<a href="#id_name">' in page
    assert "autofocus" not in page
    wrong = Sample({"name": "Ana"})
    wrong.add_error(None, "El correo o la contraseña no coinciden.")
    assert "autofocus" in render('<c-errors :form="form" />', form=wrong)
    assert render('<c-errors :form="form" />', form=Sample({"name": "Ana"})).strip() == ""


def test_first_field_with_an_error_takes_the_focus() -> None:
    form = Sample({"name": ""})
    form.add_error("text", "Es muy corto.")
    page = render('<c-field :field="form.name" /><c-field :field="form.text" />', form=form)
    assert page.count("autofocus") == 1
    assert "autofocus" in page.partition("<textarea")[0]
    assert "autofocus" not in render('<c-field :field="form.name" />', form=Sample({"name": "Ana"}))


def test_textarea_keeps_a_leading_line_break_and_is_measured() -> None:
    form = Sample({"name": "x", "text": "\n</textarea><b>"})
    page = render('<c-textarea :field="form.text" limit="280" count="292" />', form=form)
    assert "292 de 280: sobran 12" in page
    assert "<b>" not in page.partition("<textarea")[2].partition("</textarea>")[0]


def test_pagination_keeps_the_other_query_parameters() -> None:
    page = render('<c-pagination :page="page" />', page=Paginator(range(9), 3).page(2))
    assert 'href="?red=x&amp;pagina=3"' in page
    assert "Página 2 de 3" in page


def test_network_states_have_text() -> None:
    page = render('<c-net network="facebook" name="Facebook" state="bad" word="rechazada" />')
    assert "Facebook:&nbsp;rechazada</span>" in page
    assert "icons.svg#mark-facebook" in page
    assert "icons.svg#icon-x" in page


def test_states_have_an_icon_beside_their_colour() -> None:
    drawn = {state: re.search(r"#icon-([\w-]+)", render(f'<c-tag state="{state}">x</c-tag>')) for state in STATE_ICONS}
    assert {state: found and found.group(1) for state, found in drawn.items()} == STATE_ICONS
    assert len(set(STATE_ICONS.values())) == len(STATE_ICONS)
    assert len(set(MARK_ICONS.values())) == len(MARK_ICONS)


def test_icon_is_only_for_those_who_see_it_unless_it_has_a_label() -> None:
    load = "{% load ui_components %}"
    assert 'aria-hidden="true"' in render(load + '{% icon "house" %}')
    named = render(load + '{% icon "house" "small" label=value %}', value=HOSTILE)
    assert "aria-hidden" not in named
    assert 'role="img" aria-label="&quot;&gt;&lt;script' in named


def test_network_without_a_mark_has_an_icon() -> None:
    assert "#icon-radio-tower" in render('{% load ui_components %}{% mark "new-network" %}')


@pytest.mark.parametrize("source", ['{% icon "no-such" %}', '{% mark "x" "huge" %}', '{% icon "house" "huge" %}'])
def test_unknown_drawing_raises(source: str) -> None:
    with pytest.raises(KeyError):
        render("{% load ui_components %}" + source)


@pytest.mark.parametrize(("count", "text"), [(241, "241 de 280"), (281, "281 de 280: sobra 1"), (None, "0 de 280")])
def test_of_limit_adds_the_excess(count: int | None, text: str) -> None:
    assert of_limit(count, 280) == text


def test_number_uses_colombian_separators() -> None:
    assert number(1204) == "1.204"
    assert number(1234567.5, 2) == "1.234.567,50"
