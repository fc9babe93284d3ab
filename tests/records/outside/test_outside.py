"""Each checkpoint gets the time of an authority, and goes to a folder and to mail addresses."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.core import mail

from pregonero.errors import Refused
from pregonero.records.models import Checkpoint, TimeAuthority
from pregonero.records.outside import tasks
from pregonero.records.outside.actions import end_recipient, make_checkpoint, name_authority, name_recipient
from pregonero.records.outside.export import export_lines
from pregonero.records.outside.timestamps import NoTimestamp
from tests.records.acts import ANA, AT, ENTITY, record_and_seal
from tests.records.outside.authority import make_authority, openssl, serving
from tests.records.outside.checker import verdict

pytestmark = [pytest.mark.procedure("R-1"), pytest.mark.django_db]
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


@pytest.fixture
def checkpoint() -> Checkpoint:
    record_and_seal([2])
    made = make_checkpoint(entity_id=ENTITY, now=AT)
    assert made is not None
    return made


def authority_at(address: str, root: Path) -> TimeAuthority:
    return name_authority(entity_id=ENTITY, name="Hora", address=address, certificate=root.read_text(), by=ANA, now=AT)


@needs_openssl
def test_authority_stamps_a_checkpoint_and_three_programs_accept_the_token(
    checkpoint: Checkpoint, tmp_path: Path, settings: Any
) -> None:
    root = make_authority(tmp_path)
    with serving(tmp_path) as address:
        settings.PRIVATE_ADDRESSES_ALLOWED = [address.removeprefix("http://").strip("/")]
        authority = authority_at(address, root)
        tasks.stamp_checkpoint(entity_id=ENTITY, checkpoint_id=checkpoint.pk, authority_id=authority.pk)
    token = checkpoint.tokens.get()
    (tmp_path / "note").write_text(checkpoint.note)
    (tmp_path / "token").write_bytes(token.token)
    seen = openssl("ts", "-verify", "-data", "note", "-in", "token", "-token_in", "-CAfile", root, folder=tmp_path)
    assert b"Verification: OK" in seen
    content = b"".join(export_lines(ENTITY))
    assert verdict(content, authority=x509.load_pem_x509_certificate(root.read_bytes())) == ""
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    other = x509.load_pem_x509_certificate(make_authority(elsewhere).read_bytes())
    assert "no es de la autoridad" in verdict(content, authority=other)


@needs_openssl
def test_token_of_another_authority_or_an_error_is_not_stored(
    checkpoint: Checkpoint, tmp_path: Path, settings: Any
) -> None:
    make_authority(tmp_path)
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    with serving(tmp_path) as address, serving(tmp_path, status=503) as broken:
        settings.PRIVATE_ADDRESSES_ALLOWED = [one.removeprefix("http://").strip("/") for one in (address, broken)]
        for one in (authority_at(address, make_authority(elsewhere)), authority_at(broken, tmp_path / "root.pem")):
            with pytest.raises(NoTimestamp):
                tasks.stamp_checkpoint(entity_id=ENTITY, checkpoint_id=checkpoint.pk, authority_id=one.pk)
    assert not checkpoint.tokens.exists()


def test_checkpoint_goes_to_the_folder_and_to_each_address_once(
    checkpoint: Checkpoint, tmp_path: Path, settings: Any
) -> None:
    settings.CHECKPOINT_FOLDER, settings.EMAIL_HOST = str(tmp_path), "correo.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    recipient = name_recipient(entity_id=ENTITY, email="archivo@ejemplo.gov.co", by=ANA, now=AT)
    with pytest.raises(Refused):
        name_recipient(entity_id=ENTITY, email="Archivo@ejemplo.gov.co", by=ANA, now=AT)
    for _ in range(2):
        tasks.file_checkpoint(entity_id=ENTITY, checkpoint_id=checkpoint.pk)
        tasks.mail_checkpoint(entity_id=ENTITY, checkpoint_id=checkpoint.pk, email=recipient.email)
    assert [path.read_text() for path in tmp_path.iterdir()] == [checkpoint.note]
    (message,) = mail.outbox
    assert message.to == ["archivo@ejemplo.gov.co"]
    assert message.attachments[0][1] == checkpoint.note
    assert set(checkpoint.sendings.values_list("place", flat=True)) == {str(tmp_path), "archivo@ejemplo.gov.co"}
    end_recipient(entity_id=ENTITY, pk=recipient.pk, by=ANA, now=AT)
    tasks.defer_sending(checkpoint)
    assert len(mail.outbox) == 1
