"""The lab's Facebook pages: drafts, publication, deletion, comments and errors."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.lab.process import ApiClient, Lab


@pytest.fixture
def fb(lab: Lab) -> ApiClient:
    return ApiClient(lab, lab.new_account("facebook"))


def code(response: httpx.Response) -> Any:
    return response.json()["error"]["code"]


def draft(fb: ApiClient, message: str = "Hola") -> str:
    response = fb.http.post(f"/{fb.id}/feed", data={"message": message, "published": "false"})
    id: str = response.json()["id"]
    return id


def test_draft_is_invisible_until_it_is_changed_to_published(lab: Lab, fb: ApiClient) -> None:
    id = draft(fb)
    read = fb.http.get(f"/{id}", params={"fields": "is_published,permalink_url,message"}).json()

    assert (read["is_published"], read["message"], lab.posts(account=fb.id)) == (False, "Hola", [])
    assert httpx.get(read["permalink_url"]).status_code == 404
    assert fb.http.get(f"/{fb.id}/feed").json() == {"data": []}
    fb.http.post(f"/{id}", data={"is_published": "true"})
    assert httpx.get(read["permalink_url"]).status_code == 200


def test_publishing_a_draft_twice_makes_one_post(lab: Lab, fb: ApiClient) -> None:
    id = draft(fb)

    answers = [fb.http.post(f"/{id}", data={"is_published": "true"}).json() for _ in range(2)]

    assert answers == [{"success": True}] * 2
    assert [post["id"] for post in lab.posts(account=fb.id)] == [id]


def test_unpublishing_is_refused(fb: ApiClient) -> None:
    id = draft(fb)
    fb.http.post(f"/{id}", data={"is_published": "true"})

    assert code(fb.http.post(f"/{id}", data={"is_published": "false"})) == 100


def test_deleting_a_public_post_leaves_its_withdrawal_in_the_audit_log(lab: Lab, fb: ApiClient) -> None:
    first, second = draft(fb, "uno"), draft(fb, "dos")
    fb.http.post(f"/{second}", data={"is_published": "true"})

    assert fb.http.delete(f"/{first}").json() == {"success": True}
    assert fb.http.delete(f"/{second}").json() == {"success": True}
    assert fb.http.get(f"/{second}").status_code == 400
    ledger = lab.client.get("/ledger.json", params={"account": fb.id}).json()
    assert [post["id"] for post in ledger["withdrawn"]] == [second]


def test_unpublished_photo_becomes_public_with_its_post(lab: Lab, fb: ApiClient, photo: bytes) -> None:
    fields = {"published": "false", "alt_text_custom": "Gráfica de barras"}
    picture = fb.http.post(f"/{fb.id}/photos", data=fields, files={"source": ("f.jpg", photo)}).json()["id"]
    media = json.dumps([{"media_fbid": picture}])
    made = fb.http.post(f"/{fb.id}/feed", data={"message": "Con foto", "attached_media": media}).json()["id"]

    [post] = lab.posts(account=fb.id)
    assert (post["id"], len(post["media"])) == (made, 1)
    assert 'alt="Gráfica de barras"' in httpx.get(post["url"]).text


def test_publishing_a_video_twice_makes_one_post(lab: Lab, fb: ApiClient, film: bytes) -> None:
    fields = {"published": "false", "description": "Las cifras", "title": "Exportaciones"}
    video = fb.http.post(f"/{fb.id}/videos", data=fields, files={"source": ("v.mp4", film)}).json()["id"]
    assert lab.posts(account=fb.id) == []

    for _ in range(2):
        fb.http.post(f"/{video}", data={"published": "true"})

    assert [post["text"] for post in lab.posts(account=fb.id)] == ["Las cifras"]


def test_photo_that_is_not_an_image_is_refused(fb: ApiClient) -> None:
    refused = fb.http.post(f"/{fb.id}/photos", files={"source": ("f.jpg", b"nada")})

    assert code(refused) == 324


def test_status_with_the_text_of_the_latest_post_is_refused(lab: Lab, fb: ApiClient) -> None:
    fb.http.post(f"/{fb.id}/feed", data={"message": "Igual"})

    assert code(fb.http.post(f"/{fb.id}/feed", data={"message": "Igual"})) == 506
    assert len(lab.posts(account=fb.id)) == 1


def test_any_version_is_accepted_and_the_token_in_query_header_or_body(lab: Lab, fb: ApiClient) -> None:
    token = fb.account["token"]
    base = f"{lab.url}/graph"

    assert httpx.get(f"{base}/v19.0/{fb.id}", params={"access_token": token}).json()["id"] == fb.id
    assert httpx.get(f"{base}/{fb.id}", headers={"Authorization": f"OAuth {token}"}).json()["id"] == fb.id
    made = httpx.post(f"{base}/v26.0/{fb.id}/feed", data={"message": "En el cuerpo", "access_token": token})
    assert made.status_code == 200
    assert httpx.get(f"{base}/v26.0/me", params={"access_token": token}).json()["id"] == fb.id


def test_errors_have_the_codes_of_the_graph_api(lab: Lab, fb: ApiClient) -> None:
    other = lab.new_account("facebook")

    assert code(httpx.get(f"{lab.url}/graph/v26.0/{fb.id}")) == 104
    assert code(fb.http.get(f"/{fb.id}", params={"access_token": "nadie"})) == 190
    assert code(fb.http.get(f"/{other['id']}")) == 200
    assert code(fb.http.get("/999_999")) == 100
    assert code(fb.http.get(f"/{fb.id}", params={"fields": "inexistente"})) == 100
    lab.client.post(f"/tokens/{fb.id}/expire")
    expired = fb.http.post(f"/{fb.id}/feed", data={"message": "No"})
    assert (code(expired), expired.json()["error"]["error_subcode"]) == (190, 463)
    assert lab.posts(account=fb.id) == []


def test_comment_of_a_citizen_can_be_read_answered_and_hidden(lab: Lab, fb: ApiClient) -> None:
    id = fb.http.post(f"/{fb.id}/feed", data={"message": "Con comentarios"}).json()["id"]
    lab.client.post(f"/comentarios/facebook/{id}", data={"nombre": "Julián", "texto": "¿Y en el Huila?"})

    [comment] = fb.http.get(f"/{id}/comments", params={"fields": "message,from,is_hidden"}).json()["data"]
    assert (comment["message"], comment["from"]["name"], comment["is_hidden"]) == ("¿Y en el Huila?", "Julián", False)
    fb.http.post(f"/{comment['id']}/comments", data={"message": "También."})
    fb.http.post(f"/{comment['id']}", data={"is_hidden": "true"})

    [answer] = fb.http.get(f"/{comment['id']}/comments").json()["data"]
    assert answer["message"] == "También."
    assert fb.http.get(f"/{comment['id']}", params={"fields": "is_hidden"}).json()["is_hidden"] is True
    assert [post["kind"] for post in lab.posts(account=fb.id)] == ["post", "comment"]


def test_unknown_parameters_are_refused(lab: Lab, fb: ApiClient) -> None:
    later = {"message": "Después", "published": "false", "scheduled_publish_time": "1900000000"}

    assert fb.http.post(f"/{fb.id}/feed", data=later).status_code == 501
    assert lab.posts(account=fb.id) == []


def test_feed_is_in_the_order_of_publication(fb: ApiClient) -> None:
    first, second = draft(fb, "preparado primero"), draft(fb, "preparado después")

    for id in (second, first):
        fb.http.post(f"/{id}", data={"is_published": "true"})

    page = fb.http.get(f"/{fb.id}/feed", params={"limit": 1}).json()
    rest = fb.http.get(f"/{fb.id}/feed", params={"limit": 1, "after": page["paging"]["cursors"]["after"]}).json()
    assert [page["data"][0]["id"], rest["data"][0]["id"]] == [first, second]


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"message": "Hola", "publicada": "false"}, "publicada"),
        ({"message": "Hola", "published": "después"}, "published"),
        ({"message": "Hola", "width": "ancho"}, "width"),
        ({"message": "Hola", "formatting": "NEGRITA"}, "formatting"),
    ],
)
def test_what_metas_sdk_does_not_have_is_refused(lab: Lab, fb: ApiClient, params: dict[str, str], name: str) -> None:
    refused = fb.http.post(f"/{fb.id}/feed", data=params)

    assert (refused.status_code, code(refused)) == (400, 100)
    assert f"Param {name} " in refused.json()["error"]["message"]
    assert fb.http.get(f"/{fb.id}/feed", params={"orden": "x"}).json()["error"]["code"] == 100
    assert lab.posts(account=fb.id) == []
