"""The entity's name and arms: who changes them, what is recorded, and who sees which file (M-3)."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client

from pregonero.errors import NotAllowed, NotFound
from pregonero.media.actions import save_upload
from pregonero.media.models import Medium
from pregonero.media.store import path_of, store_arms, store_upload
from pregonero.people.actions import EntityProfile, edit_entity
from pregonero.people.models import Entity, Member
from pregonero.records.models import Event
from tests.media.test_arms import SVG, encoded, shield

pytestmark = pytest.mark.procedure("M-3")
NAMES = {"name": "Ministerio de Comercio, Industria y Turismo", "short_name": "MinComercio", "initials": "mcit"}
ALT = "Escudo del Ministerio"


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def upload(data: bytes | None = None, name: str = "escudo.png") -> dict[str, Any]:
    return {"arms": SimpleUploadedFile(name, data if data is not None else encoded(shield()), "image/png")}


def edited() -> Event:
    return Event.objects.filter(event_type="entity.edited").latest("pk")


@pytest.fixture
def arms(carmen: Member, media_folder: Path, now: datetime) -> Medium:
    """Return the arms of the entity."""
    medium = save_upload(stored=store_arms([encoded(shield())], "escudo.png"), by=carmen, now=now)
    entity = carmen.entity
    profile = EntityProfile(entity.name, entity.short_name, entity.initials, medium.sha256, ALT)
    carmen.entity = edit_entity(entity=entity, profile=profile, by=carmen, now=now)
    return medium


def test_the_coordinator_changes_names_and_arms(carmen: Member, media_folder: Path) -> None:
    response = client_of(carmen).post("/entidad/datos/", NAMES | upload() | {"arms_alt": ALT})
    assert (response.status_code, response.headers["Location"]) == (302, "/entidad/datos/")
    entity = Entity.objects.get(pk=carmen.entity_id)
    medium = Medium.objects.get(sha256=entity.arms_sha256)
    assert (entity.initials, entity.arms_alt, medium.mime) == ("MCIT", ALT, "image/png")
    assert medium.made_from is not None
    assert medium.made_how == {"steps": ["reducir al tamaño de un escudo"]}
    event = edited()
    assert event.actor["name"] == carmen.name
    assert event.facts["initials"] == {"before": "MC", "after": "MCIT"}
    assert event.facts["arms_sha256"] == {"before": "", "after": medium.sha256}
    assert "name" not in event.facts  # it did not change


def test_anybody_sees_the_arms_and_no_other_file(arms: Medium, carmen: Member, now: datetime) -> None:
    path = carmen.entity.arms_path
    response = Client().get(path)
    assert b"".join(response) == path_of(arms).read_bytes()  # type: ignore[arg-type]
    assert (response.headers["Content-Type"], response.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "public" in response.headers["Cache-Control"]
    assert not response.cookies
    secret = save_upload(stored=store_upload([encoded(shield((300, 300)))], "f.png"), by=carmen, now=now)
    assert arms.made_from is not None
    for digest in (secret.sha256, arms.made_from.sha256, "0" * 64):
        assert Client().get(f"/escudos/{digest}.png").status_code == 404
    for odd in (arms.sha256.upper(), arms.sha256[:-1], f"../{arms.sha256}", f"{arms.sha256}%00"):
        assert Client().get(f"/escudos/{odd}.png").status_code == 404


def test_arms_that_were_replaced_are_served_no_more(arms: Medium, carmen: Member, now: datetime) -> None:
    path = carmen.entity.arms_path
    profile = EntityProfile(carmen.entity.name, "MinComercio", "MC")
    edit_entity(entity=carmen.entity, profile=profile, by=carmen, now=now)
    assert Client().get(path).status_code == 404


def test_arms_whose_file_is_lost_are_not_found(arms: Medium, carmen: Member) -> None:
    path_of(arms).unlink()
    assert Client().get(carmen.entity.arms_path).status_code == 404


def test_arms_are_taken_away_and_the_initials_stay(arms: Medium, carmen: Member) -> None:
    client = client_of(carmen)
    client.post("/entidad/datos/", NAMES | {"arms_alt": ALT, "without_arms": "on"})
    entity = Entity.objects.get(pk=carmen.entity_id)
    assert (entity.arms_sha256, entity.arms_alt) == ("", "")
    assert edited().facts["arms_sha256"] == {"before": arms.sha256, "after": ""}
    page = client.get("/").content.decode()
    assert re.search(r'class="arms arms-medium arms-none[^>]*><span>MCIT</span>', page)
    assert "/escudos/" not in page


def test_without_a_new_file_the_arms_stay(arms: Medium, carmen: Member) -> None:
    client_of(carmen).post("/entidad/datos/", NAMES | {"arms_alt": "Otro texto"})
    entity = Entity.objects.get(pk=carmen.entity_id)
    assert (entity.arms_sha256, entity.arms_alt) == (arms.sha256, "Otro texto")


def test_nothing_changed_records_nothing(carmen: Member, now: datetime) -> None:
    entity = carmen.entity
    edit_entity(entity=entity, profile=EntityProfile(entity.name, "MinComercio", "MC"), by=carmen, now=now)
    assert not Event.objects.filter(event_type="entity.edited").exists()


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"name": ""}, "name", "Escribe el nombre de la entidad."),
        ({"initials": "M. C."}, "initials", "de una a cuatro letras"),
        (upload() | {"arms_alt": ""}, "arms_alt", "Escribe qué es el escudo"),
        (upload(SVG, "escudo.svg"), "arms", "una imagen SVG: el escudo va en PNG, JPEG o WebP"),
        (upload(b""), "arms", "El archivo está vacío."),
        (upload(encoded(shield())[:300]), "arms", "incompleta"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_changed(
    carmen: Member, media_folder: Path, data: dict[str, Any], field: str, words: str
) -> None:
    for file in (value for value in data.values() if isinstance(value, SimpleUploadedFile)):
        file.seek(0)
    response = client_of(carmen).post("/entidad/datos/", NAMES | {"arms_alt": ALT} | data)
    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors[field])
    assert not Event.objects.filter(event_type="entity.edited").exists()
    assert not Medium.objects.exists()


def test_a_file_that_the_browser_forgets_is_asked_for_again(carmen: Member, media_folder: Path) -> None:
    response = client_of(carmen).post("/entidad/datos/", NAMES | {"name": "", "arms_alt": ALT} | upload())
    assert response.context["form"].errors["arms"] == ["Elige el archivo otra vez: el navegador no lo guarda."]


def test_another_role_may_not_and_another_entity_is_not_found(
    ana: Member, carmen: Member, other_entity: Entity, now: datetime
) -> None:
    profile = EntityProfile("Otra", "Otra", "O")
    with pytest.raises(NotAllowed, match=r"cambiar el nombre y el escudo de la entidad\. Lo hace: Coordinación"):
        edit_entity(entity=ana.entity, profile=profile, by=ana, now=now)
    with pytest.raises(NotFound):
        edit_entity(entity=other_entity, profile=profile, by=carmen, now=now)
    assert client_of(ana).post("/entidad/datos/", NAMES).status_code == 403
    assert "Cambiar nombre y escudo" not in client_of(ana).get("/entidad/").content.decode()
    assert "Cambiar nombre y escudo" in client_of(carmen).get("/entidad/").content.decode()


@pytest.mark.parametrize(("digest", "alt"), [("a" * 64, ""), ("", ALT), ("../../etc", ALT)])
def test_the_database_refuses_arms_without_text_and_text_without_arms(entity: Entity, digest: str, alt: str) -> None:
    with pytest.raises(IntegrityError, match="entity_arms_have_alt"), transaction.atomic(), connection.cursor() as sql:
        sql.execute("UPDATE people_entity SET arms_sha256 = %s, arms_alt = %s", [digest, alt])


def test_pages_and_mails_show_the_arms(arms: Medium, carmen: Member, settings: Any) -> None:
    path = carmen.entity.arms_path
    client = client_of(carmen)
    for page in ("/", "/entidad/", "/mas/", "/entidad/datos/"):
        assert f'src="{path}"' in client.get(page).content.decode()
    signing_in = Client().get("/cuenta/login/").content.decode()
    assert f'src="{path}" alt="{ALT}"' in signing_in


def test_sign_in_shows_the_initials_of_an_entity_without_arms(entity: Entity) -> None:
    page = Client().get("/cuenta/login/").content.decode()
    assert re.search(r"arms-large arms-none[^>]*><span>MC</span>", page)
    assert "icon-landmark" not in page
