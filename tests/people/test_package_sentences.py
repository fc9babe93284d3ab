"""The sentences of Django and django-allauth that people read are in our words, and each is one of a package."""

from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.test import Client

from pregonero.networks.forms import AccountForm, NewAccountForm
from pregonero.people.models import Member
from tests.checks.translations import SOURCES
from tests.conftest import PASSWORD

OURS = next(path for path in SOURCES if path.name == "django.po")
PACKAGES = [
    "django/conf/locale/es/LC_MESSAGES/django.po",
    "django/contrib/auth/locale/es/LC_MESSAGES/django.po",
    "allauth/locale/es/LC_MESSAGES/django.po",
]


def names_of(path: Path) -> set[str]:
    with path.open("rb") as lines:
        return {message.id if isinstance(message.id, str) else message.id[0] for message in read_po(lines)} - {""}


def test_every_sentence_that_we_replace_is_one_of_a_package() -> None:
    theirs = set()
    for name in PACKAGES:
        package, _, rest = name.partition("/")
        theirs |= names_of(Path(str(files(package))) / rest)
    assert names_of(OURS) - theirs == set()


@pytest.fixture
def signed_in(client: Client, ana: Member) -> Client:
    client.force_login(ana.user)
    return client


def test_wrong_password_is_said_in_our_words(client: Client, ana: Member) -> None:
    page = client.post("/cuenta/login/", {"login": ana.user.email, "password": "otra"}).content.decode()
    assert "El correo o la contraseña no coinciden." in page
    page = client.post("/cuenta/login/", {"login": ana.user.email, "password": ""}).content.decode()
    assert "Falta este dato." in page


@pytest.mark.parametrize(
    ("old", "first", "second", "sentence"),
    [
        ("otra", "mar-luz-nube-pan", "mar-luz-nube-pan", "Esa no es tu contraseña actual."),
        (PASSWORD, "mar-luz-nube-pan", "mar-luz-nube-sal", "Las dos contraseñas no son iguales."),
        (PASSWORD, "corta", "corta", "Es corta: usa 12 caracteres o más."),
        (PASSWORD, "q1w2e3r4t5y6", "q1w2e3r4t5y6", "Es una clave muy común"),
        (PASSWORD, "ana@mincomercio.test", "ana@mincomercio.test", "Se parece demasiado a tu correo."),
    ],
)
def test_new_password_says_what_it_lacks(signed_in: Client, old: str, first: str, second: str, sentence: str) -> None:
    data = {"oldpassword": old, "password1": first, "password2": second}
    page = signed_in.post("/cuenta/password/change/", data).content.decode()
    assert sentence in page


@pytest.mark.parametrize("path", ["/cuenta/email/", "/cuenta/confirm-email/", "/cuenta/confirm-email/x/"])
def test_pages_of_the_address_offer_no_change(signed_in: Client, path: str) -> None:
    page = signed_in.get(path).content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    assert "coordinación" in main
    assert 'name="email"' not in main


def test_fields_of_an_account_say_what_they_lack() -> None:
    assert AccountForm({}).errors["handle"] == ["Escribe el usuario de la cuenta."]
    form = NewAccountForm({"network": "otra", "handle": "@con espacio", "root_mailbox": "redes", "purpose": "x" * 300})
    assert form.errors["network"] == ["Elige la red."]
    assert form.errors["handle"] == ["Escribe el usuario sin espacios."]
    assert form.errors["root_mailbox"] == ["Escribe un correo completo, como redes@entidad.gov.co."]
    assert form.errors["purpose"] == ["Caben 200 caracteres y tiene 300: acórtalo."]
