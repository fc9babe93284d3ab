"""The gallery shows every component; every component documents its arguments and uses no others."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client

from pregonero.ui.gallery import COMPONENTS, EXAMPLES, SCENES

EXAMPLE_FILES = COMPONENTS.parent / "ui" / "gallery"
FILES = sorted(COMPONENTS.rglob("*.html"))


def tag_of(path: Path) -> str:
    parts = path.relative_to(COMPONENTS).with_suffix("").parts
    return ".".join(part for part in parts if part != "index").replace("_", "-")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.tag)
def test_every_example_renders(signed_in: Client, example: object) -> None:
    page = signed_in.get("/ui/").content.decode()
    assert f'id="{example.slug}"' in page  # type: ignore[attr-defined]
    assert example.arguments in page.replace("&quot;", '"').replace("&#x27;", "'").replace("&lt;", "<")  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", FILES, ids=tag_of)
def test_every_component_is_in_an_example(path: Path) -> None:
    shown = "".join(file.read_text(encoding="utf-8") for file in EXAMPLE_FILES.glob("*.html"))
    assert re.search(rf"<c-{re.escape(tag_of(path))}[\s/>]", shown)


@pytest.mark.parametrize("path", FILES, ids=tag_of)
def test_every_component_documents_its_arguments(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    told = source.partition("{% comment %}")[2].partition("{% endcomment %}")[0]
    declared = re.search(r"<c-vars ([^>]*)/>", source)
    names = re.findall(r'([a-z_]+)="', declared.group(1)) if declared else []
    assert told.strip()
    assert [name for name in names if not re.search(rf"\b{name}\b", told)] == []


@pytest.mark.parametrize("path", FILES, ids=tag_of)
def test_components_ignore_the_context_of_the_page(path: Path) -> None:
    source = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    declared = re.search(r"<c-vars ([^>]*)/>", source)
    own = set(re.findall(r'([a-z_]+)="', declared.group(1)) if declared else [])
    loops = set(re.findall(r"{% for (\w+) in", source))
    used = set(re.findall(r"{{ (\w+)", source)) | set(re.findall(r"{% (?:el)?if (?:not )?(\w+)", source))
    assert used - own - loops - {"slot", "attrs"} == set()


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_renders(signed_in: Client, name: str) -> None:
    assert signed_in.get(f"/ui/escenas/{name}/").status_code == 200


def test_gallery_requires_sign_in(client: Client, db: None) -> None:
    response = client.get("/ui/")
    assert response.status_code == 302
    assert response["Location"] == "/cuenta/login/?next=/ui/"


def test_unknown_scene_is_not_found(signed_in: Client) -> None:
    assert signed_in.get("/ui/escenas/nada/").status_code == 404


def test_image_of_the_examples_is_a_url() -> None:
    assert render_to_string("ui/gallery/picture.txt").startswith("data:image/svg+xml,")
