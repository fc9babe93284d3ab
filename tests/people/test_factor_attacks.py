"""Ways around the second factor: trust that renews itself, a password as proof, keys removed, two requests at once."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.utils import timezone

from pregonero.errors import NotFound, Refused
from pregonero.people.models import Member, User
from pregonero.people.roles import Role
from pregonero.people.security import actions, queries
from pregonero.records.models import Event
from tests.conftest import PASSWORD, member, register_mincomercio
from tests.databases import as_default_database, fresh_database
from tests.people.test_second_factor import events, give_password, send_code
from tests.second_factor import current_code, enrol, pass_second_factor

AGAIN = "/cuenta/2fa/reauthenticate/"


@pytest.fixture(autouse=True)
def _no_counts(db: None) -> None:
    cache.clear()


def add_key(user: User, name: str = "Llave azul") -> Authenticator:
    """Give somebody a key, as django-allauth stores it."""
    return Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": {}}
    )


def signed_in(person: Member) -> Client:
    """Return a client that has just shown the second factor, also for sensitive steps."""
    client = give_password(person)
    pass_second_factor(client, person.user)
    (code, *_) = actions.make_recovery_codes(user=person.user, now=timezone.now())
    assert client.post(AGAIN, {"code": code}).status_code == 302
    return client


def remove(client: Client, key: Authenticator) -> str:
    response = client.post(f"/cuenta/2fa/webauthn/keys/{key.pk}/remove/", follow=True)
    return str(response.status_code) if response.status_code >= 400 else response.content.decode()


def test_device_that_skipped_the_code_is_not_trusted_for_longer(ana: Member) -> None:
    enrol(ana)
    client = give_password(ana)
    send_code(client, current_code(), trust="on")
    client.post("/cuenta/logout/")
    ends = timezone.now() + timedelta(hours=1)
    ana.user.devices.update(trusted_until=ends)
    client.post("/cuenta/login/", {"login": ana.user.email, "password": PASSWORD, "trust": "on"})
    assert client.get("/").status_code == 200
    assert ana.user.devices.get().trusted_until == ends


def test_password_given_again_before_the_factor_existed_is_no_proof_of_it(ana: Member) -> None:
    thief = give_password(ana)
    thief.post("/cuenta/reauthenticate/", {"password": PASSWORD})
    enrol(ana)
    for method, path in (("post", "/mi-seguridad/codigos/"), ("get", "/cuenta/2fa/webauthn/add/")):
        asked = getattr(thief, method)(path)
        assert (asked.status_code, asked.get("Location", "").startswith(AGAIN)) == (302, True)
    assert events("recovery_codes.made") == 1
    assert thief.get("/").status_code == 302


def test_key_is_removed_with_the_trust_of_devices_and_recorded(ana: Member) -> None:
    enrol(ana)
    client, key = signed_in(ana), add_key(ana.user)
    ana.user.devices.update(trusted_until=timezone.now() + timedelta(days=1))
    asked = client.get(f"/cuenta/2fa/webauthn/keys/{key.pk}/remove/").content.decode()
    assert "¿Quitar la llave «Llave azul»?" in asked
    assert "Quitaste una llave de acceso." in remove(client, key)
    assert queries.keys_of(ana.user) == []
    assert not ana.user.devices.filter(trusted_until__isnull=False).exists()
    removed = Event.objects.get(event_type="second_factor.removed")
    assert removed.facts["factor"] == "key"


def test_key_is_removed_only_with_the_factor_shown_again(ana: Member) -> None:
    enrol(ana)
    client, key = give_password(ana), add_key(ana.user)
    pass_second_factor(client, ana.user)
    assert client.post(f"/cuenta/2fa/webauthn/keys/{key.pk}/remove/")["Location"].startswith(AGAIN)
    assert queries.keys_of(ana.user) == [key]


def test_last_key_of_who_must_have_a_factor_stays(ana: Member) -> None:
    key = add_key(ana.user)
    actions.make_recovery_codes(user=ana.user, now=timezone.now())
    assert "Es tu único segundo paso" in remove(signed_in(ana), key)
    other = add_key(ana.user, "Llave verde")
    assert "Quitaste una llave" in remove(signed_in(ana), key)
    assert queries.keys_of(ana.user) == [other]


def test_key_of_somebody_else_is_not_found(ana: Member, beto: Member, now: datetime) -> None:
    enrol(ana, beto)
    key = add_key(beto.user)
    assert remove(signed_in(ana), key) == "404"
    with pytest.raises(NotFound):
        actions.remove_key(user=ana.user, pk=key.pk, now=now)


def test_the_button_that_would_be_refused_says_why_instead(ana: Member) -> None:
    enrol(ana)
    client = signed_in(ana)
    assert "Para quitarla, agrega antes una llave." in client.get("/mi-seguridad/").content.decode()
    add_key(ana.user)
    assert "Quitar la aplicación de códigos" in client.get("/mi-seguridad/").content.decode()


@pytest.mark.parametrize(
    "credential",
    [
        *("", "null", "[]", "5", '"x"', "{}", "{", "NaN", '{"response": null}', '{"response": []}', '{"id": 5}'),
        json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": {"userHandle": "MQ"}}),
        json.dumps({
            "id": "!", "rawId": "\u00e1", "type": "x",
            "response": {"clientDataJSON": "e30", "attestationObject": "oA", "authenticatorData": "AA",
                         "signature": "AA", "userHandle": 7},
        }),
        json.dumps({
            "id": "AA", "rawId": "AA", "type": "public-key",
            "response": {"clientDataJSON": "/w", "attestationObject": "/w", "authenticatorData": "", "signature": "",
                         "userHandle": "/////w"},
        }),
    ],
)  # fmt: skip
def test_malformed_key_gets_an_answer(ana: Member, credential: str) -> None:
    enrol(ana)
    client = signed_in(ana)
    for state in ("/cuenta/2fa/webauthn/add/", "/cuenta/2fa/webauthn/reauthenticate/"):
        client.get(state)
        assert client.post(state, {"credential": credential}).status_code < 500, state
    half = give_password(ana)
    half.get("/cuenta/2fa/authenticate/")
    assert half.post("/cuenta/2fa/authenticate/", {"credential": credential}).status_code < 500
    stranger = Client()
    stranger.get("/cuenta/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"})
    assert stranger.post("/cuenta/2fa/webauthn/login/", {"credential": credential}).status_code < 500
    assert stranger.get("/").status_code == 302


def test_two_requests_at_once_use_a_code_once_and_leave_a_factor(django_db_blocker: Any, now: datetime) -> None:
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        ana = member(register_mincomercio(now), "ana", "Ana Rojas", Role.COMMUNITY_MANAGER)
        enrol(ana, now=now)
        user, code = ana.user, current_code(now=now)
        used = at_once(*[lambda: actions.use_code(user=user, code=code, now=now)] * 2)
        assert sorted(map(str, used)) == ["", actions.APP]
        key = add_key(user)
        removed = at_once(
            lambda: actions.remove_key(user=user, pk=key.pk, now=now),
            lambda: actions.remove_code_app(user=user, now=now),
        )
        assert sorted(type(one).__name__ for one in removed) == ["NoneType", "Refused"]
        assert queries.has_factor(user)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Return what each act returns, or how it was refused, when all begin together on connections of their own."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
