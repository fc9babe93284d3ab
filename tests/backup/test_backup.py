"""A copy is made while others write, comes back on an empty machine, and shows any damage."""

import hashlib
import io
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from pregonero.backup.cipher import CHUNK, CopyUnreadable, decrypt, encrypt
from pregonero.backup.copy import CopyFailed, make_copy
from pregonero.backup.restore import RestoreResult, check_restored, place_keys, restore_copy
from tests.databases import as_default_database, empty_database, fresh_database
from tests.records.acts import record_act, record_and_seal

pytestmark = pytest.mark.procedure("R-1")
NOW = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)


def store(media: Path, content: bytes) -> Path:
    digest = hashlib.sha256(content).hexdigest()
    path = media / digest[:2] / f"{digest[2:]}.bin"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


class Installation:
    """The data folder of an installation, with its keys and one file."""

    def __init__(self, folder: Path) -> None:
        self.data, self.copies, self.keys = folder / "data", folder / "copies", folder / "keys"
        self.data.mkdir()
        (self.data / "vault.key").write_text("llave-de-la-boveda")
        (self.data / "secret.key").write_text("secreto")
        self.medium = store(self.data / "media", b"imagen")

    def copy(self, url: str) -> int:
        made = make_copy(folder=self.copies, keys=self.keys, data=self.data, database_url=url, now=NOW)
        return made.new_media

    def restore(self, data: Path) -> RestoreResult:
        data.mkdir()
        place_keys(keys=self.keys, data=data)
        with empty_database() as url:
            listed = restore_copy(folder=self.copies, keys=self.keys, data=data, database_url=url)
            with as_default_database(url):
                return check_restored(listed=listed, data=data)


@pytest.fixture(scope="module")
def installation(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """Copy an installation while somebody records acts, and then remove it."""
    made = Installation(tmp_path_factory.mktemp("installation"))
    stop, acts = threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            acts.append(record_act(100 + len(acts), reason="Por el paro").pk)
            store(made.data / "media", b"%d" % len(acts))
        connections.close_all()

    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        record_and_seal([3, 2])
        writer = threading.Thread(target=write)
        writer.start()
        try:
            assert made.copy(url) >= 1
            assert made.copy(url) < len(acts) + 1
        finally:
            stop.set()
            writer.join()
    shutil.rmtree(made.data)
    return made


def test_copy_made_while_somebody_writes_comes_back_with_its_seal_and_files(
    installation: Installation, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        result = installation.restore(tmp_path / "new")
    assert (result.problem, result.batches) == ("", 2)
    assert result.events >= 5
    assert result.media >= 1
    assert (tmp_path / "new/vault.key").read_text() == "llave-de-la-boveda"
    assert not list(installation.copies.rglob("*.key"))


def test_damaged_or_foreign_copy_is_refused_with_its_file(
    installation: Installation, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    other = Installation(tmp_path)
    other.copies = shutil.copytree(installation.copies, tmp_path / "copies")
    shutil.copytree(installation.keys, other.keys)
    database = sorted(other.copies.glob("base-*"))[-1]
    content = bytearray(database.read_bytes())
    content[len(content) // 2] ^= 1
    database.write_bytes(content)
    with django_db_blocker.unblock(), pytest.raises(CopyFailed, match=f"{database.name}: está dañado"):
        other.restore(tmp_path / "damaged")
    (other.keys / "copia.key").write_text("otra")
    with django_db_blocker.unblock(), pytest.raises(CopyFailed, match="otra llave"):
        other.restore(tmp_path / "foreign")


def test_restore_refuses_a_database_with_tables_and_the_keys_of_another_installation(
    installation: Installation, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock(), fresh_database() as url, pytest.raises(CopyFailed, match="ya tiene tablas"):
        restore_copy(folder=installation.copies, keys=installation.keys, data=tmp_path, database_url=url)
    (tmp_path / "vault.key").write_text("de otra")
    with pytest.raises(CopyFailed, match="otra instalación"):
        place_keys(keys=installation.keys, data=tmp_path)


def test_keys_never_go_inside_the_copy(tmp_path: Path) -> None:
    with pytest.raises(CopyFailed, match="otra carpeta"):
        make_copy(folder=tmp_path, keys=tmp_path / "llaves", data=tmp_path, database_url="", now=NOW)


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_cipher_gives_back_what_it_took_and_refuses_a_cut_a_swap_and_another_name(size: int) -> None:
    content = bytes(size)
    whole = b"".join(encrypt([content[:5], content[5:]], key="k", name="a"))
    assert b"".join(decrypt(io.BytesIO(whole), key="k", name="a")) == content
    head, chunk = 17 + 16, CHUNK + 16
    swapped = (
        whole[:head] + whole[head + chunk : head + 2 * chunk] + whole[head : head + chunk] + whole[head + 2 * chunk :]
    )
    for damaged in (whole[:-1], whole[: head + chunk] if size > CHUNK else whole[:5], swapped if size > CHUNK else b""):
        with pytest.raises(CopyUnreadable):
            list(decrypt(io.BytesIO(damaged), key="k", name="a"))
    with pytest.raises(CopyUnreadable):
        list(decrypt(io.BytesIO(whole), key="k", name="b"))


@pytest.mark.slow
def test_drill_restores_beside_and_prints_the_figures(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    from click.testing import CliRunner

    from pregonero.backup_commands import restore

    result = CliRunner().invoke(
        restore, [str(installation.copies), "--keys", str(installation.keys), "--drill", "--json"]
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["ok"] is True
