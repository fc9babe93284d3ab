"""The vault and its keys: what is sealed opens only for its own row, and a change of keys loses nothing."""

import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from pregonero import key_rotation, vault
from pregonero.networks import health_checks, queries
from pregonero.networks.actions.credentials import connect_account, reencrypt_secrets
from pregonero.networks.actions.register import register_account, save_application
from pregonero.networks.models import Account, Application, Credential
from pregonero.newsroom.actions import register_source
from pregonero.newsroom.models import Source
from pregonero.newsroom.sources.registry import WEBHOOK
from pregonero.people.models import Member

pytestmark = pytest.mark.procedure("M-3")
SIGNING_SECRET = "secreto-compartido-con-la-sede"


@pytest.fixture(autouse=True)
def ring(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.VAULT_KEYS, settings.VAULT_KEY_PATH = [], tmp_path / "vault.key"
    vault.add_key()
    yield tmp_path / "vault.key"


@pytest.fixture
def account(carmen: Member, now: datetime) -> Account:
    made = register_account(
        entity=carmen.entity,
        network="x",
        handle="mincomercioco",
        remote_id="1",
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        by=carmen,
        now=now,
    )
    connect_account(account=made, token="ficha-1", refresh="renueva-1", expires_at=None, by=carmen, now=now)
    save_application(network="x", server="", client_id="a", secret="secreto-1", by=carmen, now=now)
    register_source(entity=carmen.entity, kind=WEBHOOK, name="Sede", secret=SIGNING_SECRET, by=carmen, now=now)
    return made


def opened(account: Account) -> tuple[str, str, str, str]:
    access, refresh = queries.open_credential(account, Credential.objects.get(account=account))
    source = Source.objects.get()
    secret = vault.decrypt(source.encrypted_secret, context=source.encryption_context)
    return access.token, refresh, queries.open_application(Application.objects.get()).secret, secret


EXPECTED = ("ficha-1", "renueva-1", "secreto-1", SIGNING_SECRET)


def test_a_secret_moved_to_another_row_opens_nothing(account: Account) -> None:
    credential = Credential.objects.get()
    vault.decrypt(credential.encrypted, context=credential.encryption_context)
    with pytest.raises(vault.SecretUnreadable):
        vault.decrypt(credential.encrypted, context=f"credential:{account.pk + 1}")
    with pytest.raises(vault.SecretUnreadable):
        vault.decrypt(bytes(credential.encrypted)[:-1] + b"x", context=credential.encryption_context)


def test_the_same_secret_is_never_sealed_the_same(account: Account) -> None:
    with transaction.atomic():
        assert vault.encrypt("a", context="b") != vault.encrypt("a", context="b")


def test_a_rotation_seals_everything_with_a_new_key_and_drops_the_old(account: Account, ring: Path) -> None:
    old = ring.read_text()
    done = key_rotation.rotate()
    assert (done.ok, done.secrets) == (True, 3)
    assert len(ring.read_text().split()) == 1
    assert ring.read_text() != old
    assert stat.S_IMODE(ring.stat().st_mode) == 0o600
    assert opened(account) == EXPECTED
    assert all(
        vault.is_encrypted_with_current_key(sealed) for sealed in Credential.objects.values_list("encrypted", flat=True)
    )


def test_a_rotation_cut_before_sealing_goes_on_with_the_same_new_key(account: Account, ring: Path) -> None:
    vault.add_key()  # and here it was killed
    new = ring.read_text().split()[0]
    assert opened(account) == EXPECTED
    assert key_rotation.rotate().ok
    assert ring.read_text().split() == [new]
    assert opened(account) == EXPECTED


def test_a_rotation_cut_after_sealing_only_drops_the_old_key(account: Account, ring: Path) -> None:
    vault.add_key()
    reencrypt_secrets()  # and here it was killed
    assert opened(account) == EXPECTED
    assert key_rotation.rotate().secrets == 3
    assert len(ring.read_text().split()) == 1
    assert opened(account) == EXPECTED


def test_a_secret_that_does_not_open_stops_the_rotation_and_the_old_key_stays(account: Account, ring: Path) -> None:
    Credential.objects.update(encrypted=b"\x02" + b"de otra llave" * 5)
    old = ring.read_text().strip()
    done = key_rotation.rotate()
    assert not done.ok
    assert "No se cambió nada" in done.sentence
    assert old in ring.read_text().split()
    assert queries.open_application(Application.objects.get()).secret == "secreto-1"


def test_keys_in_the_environment_turn_by_their_order(account: Account, ring: Path, settings: Any) -> None:
    settings.VAULT_KEYS = ["nueva-" + "x" * 40, ring.read_text().strip()]
    assert key_rotation.rotate().ok
    settings.VAULT_KEYS = settings.VAULT_KEYS[:1]
    assert opened(account) == EXPECTED


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.chmod(0o640), "chmod 600"),
        (lambda path: path.unlink(), "Falta la llave"),
        (lambda path: path.write_text("x" * 50), "no se abren"),
        (lambda path: path.write_text("corta"), "corta"),
    ],
)
def test_the_doctor_says_when_the_key_is_not_well(account: Account, ring: Path, spoil: Any, words: str) -> None:
    assert health_checks.check_keys(None).ok
    spoil(ring)
    result = health_checks.check_keys(None)
    assert not result.ok
    assert words in result.sentence


def test_a_rotation_refuses_a_key_that_others_can_read(account: Account, ring: Path) -> None:
    ring.chmod(0o644)
    assert not key_rotation.rotate().ok
    assert len(ring.read_text().split()) == 1
