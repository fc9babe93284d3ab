"""The register of accounts (M-3): who is in it, who administers it, in which state, and that nothing is lost of it."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from pregonero.errors import Conflict, NotAllowed, Refused, WrongState
from pregonero.networks import queries
from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import (
    add_administrator,
    edit_account,
    end_administrator,
    pause_account,
    register_account,
    retire_account,
)
from pregonero.networks.models import Account, AccountState, Administrator, Credential
from pregonero.people.models import Entity, Member
from pregonero.records.models import Event

pytestmark = pytest.mark.procedure("M-3")


def register(carmen: Member, now: datetime, handle: str = "@MincomercioCo", network: str = "x") -> Account:
    return register_account(
        entity=carmen.entity,
        network=network,
        handle=handle,
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="redes@mincomercio.test",
        by=carmen,
        now=now,
    )


def event_types(entity: Entity) -> list[str]:
    found = Event.objects.filter(entity_id=entity.pk, event_type__startswith="account.")
    return sorted(found.values_list("event_type", flat=True))


def test_an_account_is_registered_without_its_at_sign(carmen: Member, now: datetime) -> None:
    account = register(carmen, now)
    assert (account.handle, account.remote_id, account.state) == ("MincomercioCo", "", AccountState.ACTIVE)
    (line,) = queries.register_entries(carmen.entity)
    assert line.state == "disconnected"


def test_the_same_account_is_registered_once_in_whatever_case(carmen: Member, now: datetime) -> None:
    register(carmen, now)
    with pytest.raises(Conflict, match="ya está en el registro"):
        register(carmen, now, "mincomercioCO")
    register(carmen, now, "mincomercioCO", "facebook")
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(
            entity=carmen.entity, network="x", handle="MINCOMERCIOCO", display_name="x", purpose="x", registered_at=now
        )


def test_only_who_administers_accounts_registers_them(ana: Member, carmen: Member, now: datetime) -> None:
    with pytest.raises(NotAllowed, match="Oficina de Sistemas"):
        register(ana, now)
    assert register(carmen, now).pk


def test_a_correction_records_what_changed_and_nothing_else(carmen: Member, now: datetime) -> None:
    account = register(carmen, now)
    changed = {"handle": "mincomercio", "display_name": "MinComercio", "purpose": "Turismo"}
    edit_account(account=account, root_mailbox="redes@mincomercio.test", by=carmen, now=now, **changed)
    event = Event.objects.get(event_type="account.edited")
    assert event.facts == {"handle": "mincomercio", "purpose": "Turismo"}
    edit_account(account=account, root_mailbox="redes@mincomercio.test", by=carmen, now=now, **changed)
    assert Event.objects.filter(event_type="account.edited").count() == 1


def test_who_administers_it_is_written_with_their_days(carmen: Member, ana: Member, now: datetime) -> None:
    account = register(carmen, now)
    named = add_administrator(account=account, name="", member=ana, since=date(2026, 1, 15), by=carmen, now=now)
    assert (named.name, named.member) == ("Ana Rojas", ana)
    with pytest.raises(Conflict, match="ya está entre"):
        add_administrator(account=account, name="ana rojas", member=None, since=date(2026, 3, 1), by=carmen, now=now)
    with pytest.raises(Refused, match="desde el 15/01/2026"):
        end_administrator(administrator=named, until=date(2026, 1, 14), by=carmen, now=now)
    end_administrator(administrator=named, until=date(2026, 6, 30), by=carmen, now=now)
    with pytest.raises(Conflict, match="ya no administra"):
        end_administrator(administrator=named, until=date(2026, 7, 1), by=carmen, now=now)
    assert queries.register_entries(carmen.entity)[0].administrators == ()
    assert [each.name for each in queries.register_entry(account).administrators] == ["Ana Rojas"]


def test_nobody_of_another_entity_administers_it(carmen: Member, dario: Member, now: datetime) -> None:
    account = register(carmen, now)
    with pytest.raises(Refused, match="no es de la entidad"):
        add_administrator(account=account, name="", member=dario, since=date(2026, 3, 1), by=carmen, now=now)
    assert not Administrator.objects.exists()


def test_a_retired_account_keeps_nothing_that_opens_it(carmen: Member, now: datetime) -> None:
    account = register(carmen, now)
    connect_account(account=account, token="secreto", expires_at=None, by=carmen, now=now)
    retired = retire_account(account=account, reason="Se cerró", by=carmen, now=now)
    assert retired.state == AccountState.RETIRED
    assert not Credential.objects.exists()
    for act in (pause_account, retire_account):
        with pytest.raises(WrongState, match="se retiró"):
            act(account=account, reason="x", by=carmen, now=now)
    with pytest.raises(WrongState, match="se retiró"):
        connect_account(account=account, token="otro", expires_at=None, by=carmen, now=now)
    assert list(queries.accounts_of(carmen.entity)) == []
    assert register(carmen, now).pk != account.pk
    assert event_types(carmen.entity) == [
        "account.connected",
        "account.registered",
        "account.registered",
        "account.retired",
    ]


def test_a_secret_never_gives_way_to_an_empty_one(carmen: Member, now: datetime) -> None:
    account = register(carmen, now)
    connect_account(account=account, token="secreto", expires_at=None, by=carmen, now=now)
    with pytest.raises(Refused, match="sigue en uso"):
        connect_account(account=account, token="  ", expires_at=None, by=carmen, now=now)
    assert queries.credentials_for(account).token == "secreto"


def test_the_register_takes_as_many_questions_for_twenty_as_for_two(
    carmen: Member, now: datetime, django_assert_num_queries: Any
) -> None:
    for number in range(2):
        register(carmen, now, f"cuenta{number}")
    with django_assert_num_queries(3):
        assert len(queries.register_entries(carmen.entity)) == 2
    for number in range(2, 20):
        register(carmen, now, f"cuenta{number}")
    with django_assert_num_queries(3):
        assert len(queries.register_entries(carmen.entity)) == 20


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("http://social.ejemplo.org", "https"),
        ("https://127.0.0.1", "red interna"),
        ("https://[::1]", "red interna"),
        ("https://169.254.169.254", "red interna"),
        ("https://usuario:clave@social.ejemplo.org", "así"),
        ("https://social.ejemplo.org/api?x=1", "solo el servidor"),
        ("ftp://social.ejemplo.org", "así"),
        ("https://:443", "así"),
        ("https://x:99999999", "no es la dirección"),
    ],
)
def test_a_server_must_be_public_and_speak_https(
    carmen: Member, monkeypatch: pytest.MonkeyPatch, server: str, words: str
) -> None:
    from tests.newsroom.reading.test_destination import answer_names

    if "ejemplo" in server:
        answer_names(monkeypatch, {"social.ejemplo.org": [["190.60.1.1"]]})
    client = Client()
    client.force_login(carmen.user)
    page = client.post(
        "/cuentas/nueva/",
        {
            "network": "mastodon",
            "handle": "mincomercio",
            "display_name": "x",
            "purpose": "x",
            "server": server,
        },
    )
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Account.objects.exists()


def test_a_public_server_by_https_is_taken(carmen: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.newsroom.reading.test_destination import answer_names

    answer_names(monkeypatch, {"social.ejemplo.org": [["190.60.1.1"]]})
    client = Client()
    client.force_login(carmen.user)
    client.post(
        "/cuentas/nueva/",
        {
            "network": "mastodon",
            "handle": "mincomercio",
            "display_name": "x",
            "purpose": "x",
            "server": "Social.Ejemplo.org/",
        },
    )
    assert Account.objects.get().server == "https://social.ejemplo.org"
