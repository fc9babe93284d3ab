"""The lab's Instagram: containers, the media that it refuses, publication at most once, and comments."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.lab.process import ApiClient, Lab, until


@pytest.fixture
def user(lab: Lab) -> ApiClient:
    return ApiClient(lab, lab.new_account("instagram"))


@pytest.fixture
def file_server() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Start a web server whose files a test sets, from which Instagram fetches media."""
    files: dict[str, bytes] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_FileHandler, files))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", files
    server.shutdown()
    server.server_close()


class _FileHandler(BaseHTTPRequestHandler):
    def __init__(self, files: dict[str, bytes], *arguments: Any) -> None:
        self.files = files
        super().__init__(*arguments)

    def do_GET(self) -> None:
        content = self.files.get(self.path)
        self.send_response(200 if content is not None else 404)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log to the output of the tests."""


def picture(width: int, height: int, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#0943b5").save(out, kind)
    return out.getvalue()


def container(user: ApiClient, **fields: str) -> httpx.Response:
    return user.http.post(f"/{user.id}/media", data=fields)


def state(user: ApiClient, id: str) -> str:
    code: str = user.http.get(f"/{id}", params={"fields": "status_code"}).json()["status_code"]
    return code


def publish(user: ApiClient, id: str) -> httpx.Response:
    return user.http.post(f"/{user.id}/media_publish", data={"creation_id": id})


def finished(user: ApiClient, **fields: str) -> str:
    id: str = container(user, **fields).json()["id"]
    until(lambda: state(user, id) == "FINISHED")
    return id


def test_container_is_published_at_most_once(lab: Lab, user: ApiClient, photo_address: str) -> None:
    id = finished(user, image_url=photo_address, caption="Una vez")

    media = publish(user, id).json()["id"]
    again = publish(user, id)

    assert (again.status_code, again.json()["error"]["code"]) == (400, 9007)
    assert state(user, id) == "PUBLISHED"
    assert [post["id"] for post in lab.posts(account=user.id)] == [media]


def test_container_in_progress_cannot_be_published(lab: Lab, photo_address: str) -> None:
    user = ApiClient(lab, lab.new_account("instagram", processing=600))
    video = photo_address.removesuffix("jpg") + "mp4"
    id = container(user, media_type="REELS", video_url=video).json()["id"]

    early = publish(user, id)

    assert (early.json()["error"]["code"], early.json()["error"]["error_subcode"]) == (9007, 2207027)
    until(lambda: state_ten_minutes_later(lab, user, id) == "FINISHED")
    assert publish(user, id).status_code == 200


def state_ten_minutes_later(lab: Lab, user: ApiClient, id: str) -> str:
    """Advance ten minutes, which count from the moment when the video is fetched, and return the state."""
    lab.advance(600)
    return state(user, id)


def test_container_expires_after_24_hours(lab: Lab, user: ApiClient, photo_address: str) -> None:
    id = finished(user, image_url=photo_address)

    lab.advance(24 * 3600 + 1)

    assert state(user, id) == "EXPIRED"
    assert publish(user, id).status_code == 400
    assert lab.posts(account=user.id) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (picture(1080, 1350), None),
        (picture(1080, 1080, "PNG"), 36001),
        (picture(1000, 2000), 36003),
        (picture(2000, 1000), 36003),
        (b"no es una imagen", 36001),
        (picture(1080, 1080) + b"\0" * 8_000_001, 36000),
        (None, 9004),
    ],
    ids=["jpeg", "png", "tall", "wide", "not-media", "heavy", "absent"],
)
def test_only_a_jpeg_within_the_limits_is_accepted(
    user: ApiClient, file_server: tuple[str, dict[str, bytes]], content: bytes | None, code: int | None
) -> None:
    address, files = file_server
    if content is not None:
        files["/foto"] = content

    response = container(user, image_url=f"{address}/foto")

    assert response.json().get("error", {}).get("code") == code


def test_container_of_a_file_that_is_not_a_video_ends_in_error(user: ApiClient, photo_address: str) -> None:
    id = container(user, media_type="REELS", video_url=photo_address).json()["id"]

    until(lambda: state(user, id) == "ERROR")

    assert publish(user, id).status_code == 400


def test_long_caption_is_refused(user: ApiClient, photo_address: str) -> None:
    assert container(user, image_url=photo_address, caption="a" * 2200).status_code == 200
    assert container(user, image_url=photo_address, caption="a" * 2201).json()["error"]["code"] == 36004


def test_carousel_with_one_item_is_refused(lab: Lab, user: ApiClient, photo_address: str) -> None:
    child = finished(user, image_url=photo_address, is_carousel_item="true")

    refused = container(user, media_type="CAROUSEL", children=child)

    assert (refused.status_code, refused.json()["error"]["error_subcode"]) == (400, 2207028)
    assert publish(user, child).status_code == 400


def test_page_of_a_published_photo_has_its_alternative_text(user: ApiClient, photo_address: str) -> None:
    id = finished(user, image_url=photo_address, caption="Con texto", alt_text="Gráfica de barras")
    media = publish(user, id).json()["id"]

    read = user.http.get(f"/{media}", params={"fields": "permalink,caption,media_type"}).json()

    assert (read["caption"], read["media_type"]) == ("Con texto", "IMAGE")
    assert 'alt="Gráfica de barras"' in httpx.get(read["permalink"]).text


def test_daily_limit_of_an_account_is_reported_and_enforced(lab: Lab, photo_address: str) -> None:
    user = ApiClient(lab, lab.new_account("instagram", limits={"posts": 1}))
    first, second = (finished(user, image_url=photo_address) for _ in range(2))

    assert publish(user, first).status_code == 200
    assert publish(user, second).json()["error"]["code"] == 9
    [limit] = user.http.get(f"/{user.id}/content_publishing_limit").json()["data"]
    assert (limit["quota_usage"], limit["config"]["quota_total"]) == (1, 1)


def test_token_of_the_linked_page_gives_access_to_the_account(lab: Lab) -> None:
    page = lab.new_account("facebook")
    user = lab.new_account("instagram", page=page["id"])

    read = ApiClient(lab, page).http.get(f"/{user['id']}", params={"fields": "username"}).json()

    assert read["username"] == user["handle"]


def test_comment_can_be_read_answered_and_hidden(lab: Lab, user: ApiClient, photo_address: str) -> None:
    media = publish(user, finished(user, image_url=photo_address)).json()["id"]
    lab.client.post(f"/comentarios/instagram/{media}", data={"nombre": "nidia", "texto": "¿Dónde está el enlace?"})

    [comment] = user.http.get(f"/{media}/comments", params={"fields": "text,username,hidden"}).json()["data"]
    user.http.post(f"/{comment['id']}/replies", data={"message": "En nuestro perfil."})
    user.http.post(f"/{comment['id']}", params={"hide": "true"})

    read = user.http.get(f"/{comment['id']}", params={"fields": "hidden,replies"}).json()
    assert (read["hidden"], read["replies"]["data"][0]["text"]) == (True, "En nuestro perfil.")


@pytest.mark.parametrize(
    ("edge", "params"),
    [
        ("media", {"image_url": "http://127.0.0.1/a.jpg", "texto": "Hola"}),
        ("media", {"image_url": "http://127.0.0.1/a.jpg", "is_carousel_item": "tal vez"}),
        ("media_publish", {"creation_id": "uno"}),
        ("media_publish", {"creation_id": "1", "caption": "Hola"}),
    ],
)
def test_what_metas_sdk_does_not_have_is_refused(lab: Lab, edge: str, params: dict[str, str]) -> None:
    client = ApiClient(lab, lab.new_account("instagram"))

    refused = client.http.post(f"/{client.id}/{edge}", data=params)

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, 100)
    assert "Param " in refused.json()["error"]["message"]
