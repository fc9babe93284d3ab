"""Uploads in parts: what a cut leaves, going on where it stopped, and what is refused. The judge is `tuspy`."""

import base64
import hashlib
import io
import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoDbBlocker, Settings
from tusclient.exceptions import TusCommunicationError

from pregonero.errors import Refused
from pregonero.media.upload_models import ResumableUpload
from pregonero.media.uploads import actions, part_file
from tests.media.upload_site import PART, Site, site

__all__ = ["site"]

pytestmark = pytest.mark.procedure("D-1")
FILE = os.urandom(3 * PART + 77)


@pytest.fixture(autouse=True)
def _on_site(site: Site, django_db_blocker: DjangoDbBlocker, media_folder: Path) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def row_at(address: str) -> ResumableUpload:
    return ResumableUpload.objects.get(code=urlsplit(address).path.split("/")[-2])


def bytes_at(address: str) -> bytes:
    return part_file.part_path(row_at(address).code).read_bytes()


def send_cut(site: Site, address: str, offset: int, sent: int) -> None:
    """Announce the rest of the file, send some bytes of it, and cut the connection."""
    parts = urlsplit(address)
    headers = site.headers | {
        "Host": parts.netloc,
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(len(FILE) - offset),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30) as line:
        line.sendall(f"PATCH {parts.path} HTTP/1.1\r\n{head}\r\n".encode() + FILE[offset : offset + sent])
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass  # until the server has finished with the request


@pytest.mark.parametrize("cut", [0, 1, PART - 1, PART, PART + 1, len(FILE) - 1])
def test_a_cut_upload_goes_on_where_it_stopped(site: Site, cut: int) -> None:
    uploader = site.uploader(FILE)
    uploader.set_url(uploader.create_url())
    send_cut(site, uploader.url, 0, cut)
    assert row_at(uploader.url).received == cut

    again = site.uploader(FILE, url=uploader.url)
    assert again.offset == cut
    again.upload()
    assert bytes_at(uploader.url) == FILE
    assert row_at(uploader.url).is_complete


@pytest.mark.parametrize("cut", [1, PART, 2 * PART + 5])
def test_an_upload_that_stops_between_parts_goes_on_in_another_session(site: Site, cut: int) -> None:
    first = site.uploader(FILE)
    first.upload(stop_at=cut)
    assert 0 < first.offset < len(FILE)
    second = site.uploader(FILE, url=first.url, upload_checksum=True)
    second.upload()
    assert hashlib.sha256(bytes_at(first.url)).digest() == hashlib.sha256(FILE).digest()


def test_a_wrong_checksum_a_wrong_offset_and_more_than_announced_change_nothing(site: Site) -> None:
    uploader = site.uploader(FILE)
    uploader.upload(stop_at=PART)
    url, rest = uploader.url, FILE[uploader.offset :]
    headers = site.headers | {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
    wrong_sum = {"Upload-Offset": str(PART), "Upload-Checksum": "sha1 " + base64.b64encode(b"x" * 20).decode()}
    for changed, body, status in (
        (wrong_sum, rest, 460),
        (wrong_sum | {"Upload-Checksum": "md5 eA=="}, rest, 400),
        ({"Upload-Offset": str(PART + 1)}, rest, 409),
        ({"Upload-Offset": "-1"}, rest, 400),
        ({"Upload-Offset": str(PART)}, rest + b"!", 400),
        ({"Upload-Offset": str(PART), "Content-Type": "text/plain"}, rest, 415),
        ({"Upload-Offset": str(PART), "Tus-Resumable": "0.2.2"}, rest, 412),
    ):
        answer = requests.patch(url, data=body, headers=headers | changed, timeout=30)
        assert answer.status_code == status, changed
        assert row_at(url).received == PART
    site.uploader(FILE, url=url).upload()
    assert bytes_at(url) == FILE


def test_six_gigabytes_are_refused_by_what_they_declare(site: Site) -> None:
    class Endless(io.BytesIO):
        """A file of six gigabytes of which nobody reads a byte."""

        def seek(self, offset: int, whence: int = 0) -> int:
            return super().seek(offset, whence)

        def tell(self) -> int:
            return 6 * 1024**3

    with pytest.raises(TusCommunicationError) as refused:
        site.client().uploader(file_stream=Endless(), chunk_size=PART).create_url()
    assert refused.value.status_code == 413
    assert refused.value.response_content.decode() == (
        "El archivo pesa 6 GB y se reciben hasta 2 GB: expórtalo con menos calidad o más corto."
    )


def test_the_server_says_what_it_understands_and_forgets_what_is_discarded(site: Site) -> None:
    options = site.ask("OPTIONS", f"{site.address}/subidas/").headers
    assert set(options["Tus-Extension"].split(",")) == {"creation", "checksum", "expiration", "termination"}
    assert (options["Tus-Version"], options["Tus-Max-Size"]) == ("1.0.0", str(2 * 1024**3))

    uploader = site.uploader(FILE)
    uploader.upload(stop_at=PART)
    path = part_file.part_path(row_at(uploader.url).code)
    assert path.exists()
    assert "Upload-Expires" in site.ask("HEAD", uploader.url, **{"Tus-Resumable": "1.0.0"}).headers
    assert site.ask("DELETE", uploader.url, **{"Tus-Resumable": "1.0.0"}).status_code == 204
    assert not path.exists()
    assert site.ask("HEAD", uploader.url, **{"Tus-Resumable": "1.0.0"}).status_code == 404


def test_two_requests_never_write_at_once(site: Site) -> None:
    uploader = site.uploader(FILE)
    uploader.upload(stop_at=PART)
    upload = row_at(uploader.url)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(PART), "Content-Type": "application/offset+octet-stream"}
    with part_file.locked_part(upload.code):
        assert site.ask("PATCH", uploader.url, **headers).status_code == 423
    assert row_at(uploader.url).received == PART


def test_an_expired_upload_is_gone_with_its_bytes(site: Site) -> None:
    uploader = site.uploader(FILE)
    uploader.upload(stop_at=PART)
    upload = row_at(uploader.url)
    ResumableUpload.objects.filter(pk=upload.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert site.ask("HEAD", uploader.url, **{"Tus-Resumable": "1.0.0"}).status_code == 410
    actions.discard_expired(now=timezone.now())
    assert not part_file.part_path(upload.code).exists()


def test_a_whole_upload_is_inspected_and_stored_once(site: Site, settings: Settings) -> None:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), "#0943b5").save(data, "JPEG")
    name = "../../\u202egpj.exe/../foto.jpg"
    uploader = site.uploader(data.getvalue(), metadata={"filename": name})
    uploader.upload()
    code = row_at(uploader.url).code
    assert row_at(uploader.url).name == "foto.jpg"

    now = timezone.now()
    medium = actions.store_whole(code=code, expected="media", by=site.rosa, now=now)
    assert actions.store_whole(code=code, expected="media", by=site.rosa, now=now) == medium
    assert medium.sha256 == hashlib.sha256(data.getvalue()).hexdigest()
    assert not part_file.part_path(code).exists()


def test_an_upload_that_is_not_whole_or_is_no_picture_is_refused(site: Site) -> None:
    half, noise = site.uploader(FILE), site.uploader(FILE)
    half.upload(stop_at=PART)
    noise.upload()
    for uploader, reason in ((half, "no ha terminado de subir"), (noise, "no es de un tipo conocido")):
        with pytest.raises(Refused, match=reason):
            actions.store_whole(code=row_at(uploader.url).code, expected="media", by=site.rosa, now=timezone.now())
