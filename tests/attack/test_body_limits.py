"""What strangers send: public addresses refuse a large body unread, and no file of theirs reaches the disk."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from pregonero.ui.body_limits import PUBLIC_LIMIT
from tests.attack.conftest import Stage
from tests.attack.editor_arguments import account_of
from tests.attack.url_table import PUBLIC, public_path, written

PART = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.mp4"\r\n\r\n'


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_address_reads_nothing_of_a_large_body(name: str, stage: Stage) -> None:
    body = io.BytesIO(PART)
    extra: dict[str, Any] = {
        "wsgi.input": body,
        "CONTENT_LENGTH": str(10**9),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "HTTP_COOKIE": "csrftoken=" + "a" * 32,
    }
    response = Client(raise_request_exception=False).generic("POST", public_path(name, stage), **extra)
    assert response.status_code in {401, 403, 404, 405, 413}, response.status_code
    assert body.tell() == 0


def test_sign_in_says_that_it_takes_no_files(db: None) -> None:
    file = SimpleUploadedFile("a.mp4", b"a" * PUBLIC_LIMIT)
    response = Client().post("/cuenta/login/", {"login": "a@b.co", "password": "x", "a": file})
    assert response.status_code == 413
    assert "pesa más de 64 KB" in response.content.decode()


def test_files_of_who_is_not_signed_in_are_dropped_and_their_text_is_read(stage: Stage) -> None:
    path = reverse("publishing:upload_medium", args=account_of(stage))
    response: Any = Client().post(path, written(stage) | {"a": SimpleUploadedFile("a.mp4", b"a" * 10_000)})
    assert response["Location"].startswith("/cuenta/login/")
    assert not response.wsgi_request.FILES
    assert response.wsgi_request.POST["why"] == stage.draft.why
