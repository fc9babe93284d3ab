"""The public pages: well formed, and usable without JavaScript."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from tests.lab.process import ApiClient, Lab

VOID = {"meta", "link", "br", "img", "input"}
PAGES = [
    "/",
    "/x/MinComercioDemo",
    "/sitio/",
    "/sitio/prensa/noticias",
    "/sitio/prensa/noticias/turismo",
    "/sitio/prensa/noticias/comercio/exportaciones-no-mineras-crecieron",
]


class Structure(HTMLParser):
    """Checks that elements are closed in order and images have `alt`, and collects labels and inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.labels: set[str | None] = set()
        self.inputs: set[str | None] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "img":
            assert "alt" in attributes, attributes
        if tag == "label":
            self.labels.add(attributes["for"])
        if tag in ("input", "textarea"):
            self.inputs.add(attributes["id"])

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, tag


def parse(page: str) -> Structure:
    parser = Structure()
    parser.feed(page)
    assert parser.open == []
    assert parser.tags.count("h1") == 1
    assert parser.inputs == parser.labels
    return parser


@pytest.mark.parametrize("path", PAGES)
def test_page_is_well_formed_and_loads_nothing_external(lab: Lab, path: str) -> None:
    response = lab.client.get(path)

    assert response.status_code == 200
    parse(response.text)
    assert 'src="http' not in response.text


def test_post_page_has_the_whole_text_and_a_form_without_script(lab: Lab) -> None:
    x = ApiClient(lab, lab.new_account("x"))
    text = "Línea uno <b>&\n" + "palabra " * 25
    id = x.http.post("/2/tweets", json={"text": text}).json()["data"]["id"]
    path = f"/x/{x.account['handle']}/status/{id}"

    page = lab.client.get(path).text
    assert "Línea uno &lt;b&gt;&amp;<br>" in page
    assert page.count("palabra") >= 25
    assert parse(page).tags.count("script") == 0
    posted = lab.client.post(f"/comentarios/x/{id}", data={"nombre": "Rosa <i>", "texto": "¿Y <script>?"})
    assert (posted.status_code, posted.headers["location"].partition("#")[0]) == (303, path)
    after = lab.client.get(path).text
    parse(after)
    assert "Rosa &lt;i&gt;" in after


@pytest.mark.parametrize("form", [{"nombre": "", "texto": "a"}, {"nombre": "a", "texto": "  "}])
def test_comment_without_name_or_text_is_refused_with_the_reason(lab: Lab, form: dict[str, str]) -> None:
    x = ApiClient(lab, lab.new_account("x"))
    id = x.http.post("/2/tweets", json={"text": "Con formulario"}).json()["data"]["id"]

    response = lab.client.post(f"/comentarios/x/{id}", data=form)

    assert response.status_code == 422
    assert "Escribe tu nombre y tu comentario." in response.text


def test_home_lists_the_accounts_and_the_latest_posts(lab: Lab) -> None:
    page = ApiClient(lab, lab.new_account("facebook"))
    page.http.post(f"/{page.id}/feed", data={"message": "Lo más reciente de todo"})

    home = lab.client.get("/").text

    assert "Lo más reciente de todo" in home
    for network in ("x", "facebook", "instagram", "youtube"):
        assert f'href="/{network}/' in home


@pytest.mark.parametrize(
    "path", ["/x/nadie", "/x/MinComercioDemo/status/1", "/instagram/p/nada", "/youtube/watch?v=nada"]
)
def test_unknown_page_returns_404_with_a_message(lab: Lab, path: str) -> None:
    response = lab.client.get(path)

    assert response.status_code == 404
    assert "No está aquí" in response.text
