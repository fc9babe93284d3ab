"""A Facebook page: prepared unpublished, published by a change, cleaned up when it was never public."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.lab.process import Lab, Speaker


@pytest.fixture
def fb(lab: Lab) -> Speaker:
    return Speaker(lab, lab.new_account("facebook"))


def code(answer: httpx.Response) -> Any:
    return answer.json()["error"]["code"]


def draft(fb: Speaker, message: str = "Hola") -> str:
    made = fb.http.post(f"/{fb.id}/feed", data={"message": message, "published": "false"})
    id: str = made.json()["id"]
    return id


def test_draft_is_invisible_until_it_is_changed_to_published(lab: Lab, fb: Speaker) -> None:
    id = draft(fb)
    read = fb.http.get(f"/{id}", params={"fields": "is_published,permalink_url,message"}).json()

    assert (read["is_published"], read["message"], lab.posts(account=fb.id)) == (False, "Hola", [])
    assert httpx.get(read["permalink_url"]).status_code == 404
    assert fb.http.get(f"/{fb.id}/feed").json() == {"data": []}
    fb.http.post(f"/{id}", data={"is_published": "true"})
    assert httpx.get(read["permalink_url"]).status_code == 200


def test_same_change_twice_is_one_change(lab: Lab, fb: Speaker) -> None:
    id = draft(fb)

    answers = [fb.http.post(f"/{id}", data={"is_published": "true"}).json() for _ in range(2)]

    assert answers == [{"success": True}] * 2
    assert [post["id"] for post in lab.posts(account=fb.id)] == [id]


def test_unpublishing_is_refused(fb: Speaker) -> None:
    id = draft(fb)
    fb.http.post(f"/{id}", data={"is_published": "true"})

    assert code(fb.http.post(f"/{id}", data={"is_published": "false"})) == 100


def test_deleting_a_public_post_leaves_its_withdrawal_in_the_audit_log(lab: Lab, fb: Speaker) -> None:
    first, second = draft(fb, "uno"), draft(fb, "dos")
    fb.http.post(f"/{second}", data={"is_published": "true"})

    assert fb.http.delete(f"/{first}").json() == {"success": True}
    assert fb.http.delete(f"/{second}").json() == {"success": True}
    assert fb.http.get(f"/{second}").status_code == 400
    ledger = lab.client.get("/ledger.json", params={"account": fb.id}).json()
    assert [post["id"] for post in ledger["withdrawn"]] == [second]


def test_photo_waits_unpublished_and_goes_out_with_its_post(lab: Lab, fb: Speaker, photo: bytes) -> None:
    fields = {"published": "false", "alt_text_custom": "Gráfica de barras"}
    picture = fb.http.post(f"/{fb.id}/photos", data=fields, files={"source": ("f.jpg", photo)}).json()["id"]
    media = json.dumps([{"media_fbid": picture}])
    made = fb.http.post(f"/{fb.id}/feed", data={"message": "Con foto", "attached_media": media}).json()["id"]

    [post] = lab.posts(account=fb.id)
    assert (post["id"], len(post["media"])) == (made, 1)
    assert 'alt="Gráfica de barras"' in httpx.get(post["url"]).text


def test_video_published_alone_by_a_change_is_one_post(lab: Lab, fb: Speaker, film: bytes) -> None:
    fields = {"published": "false", "description": "Las cifras", "title": "Exportaciones"}
    video = fb.http.post(f"/{fb.id}/videos", data=fields, files={"source": ("v.mp4", film)}).json()["id"]
    assert lab.posts(account=fb.id) == []

    for _ in range(2):
        fb.http.post(f"/{video}", data={"published": "true"})

    assert [post["text"] for post in lab.posts(account=fb.id)] == ["Las cifras"]


def test_what_is_no_picture_is_refused(fb: Speaker) -> None:
    refused = fb.http.post(f"/{fb.id}/photos", files={"source": ("f.jpg", b"nada")})

    assert code(refused) == 324


def test_repeated_status_is_a_duplicate(lab: Lab, fb: Speaker) -> None:
    fb.http.post(f"/{fb.id}/feed", data={"message": "Igual"})

    assert code(fb.http.post(f"/{fb.id}/feed", data={"message": "Igual"})) == 506
    assert len(lab.posts(account=fb.id)) == 1


def test_any_version_and_any_place_for_the_token(lab: Lab, fb: Speaker) -> None:
    token = fb.account["token"]
    base = f"{lab.url}/graph"

    assert httpx.get(f"{base}/v19.0/{fb.id}", params={"access_token": token}).json()["id"] == fb.id
    assert httpx.get(f"{base}/{fb.id}", headers={"Authorization": f"OAuth {token}"}).json()["id"] == fb.id
    made = httpx.post(f"{base}/v26.0/{fb.id}/feed", data={"message": "En el cuerpo", "access_token": token})
    assert made.status_code == 200
    assert httpx.get(f"{base}/v26.0/me", params={"access_token": token}).json()["id"] == fb.id


def test_refusals_speak_as_graph(lab: Lab, fb: Speaker) -> None:
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


def test_citizen_comment_is_read_answered_and_hidden(lab: Lab, fb: Speaker) -> None:
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


def test_parameters_nobody_understands_are_refused_not_passed_over(lab: Lab, fb: Speaker) -> None:
    later = {"message": "Después", "published": "false", "scheduled_publish_time": "1900000000"}

    assert fb.http.post(f"/{fb.id}/feed", data=later).status_code == 501
    assert lab.posts(account=fb.id) == []


def test_feed_goes_in_the_order_of_publication_not_of_preparation(fb: Speaker) -> None:
    first, second = draft(fb, "preparado primero"), draft(fb, "preparado después")

    for id in (second, first):
        fb.http.post(f"/{id}", data={"is_published": "true"})

    page = fb.http.get(f"/{fb.id}/feed", params={"limit": 1}).json()
    rest = fb.http.get(f"/{fb.id}/feed", params={"limit": 1, "after": page["paging"]["cursors"]["after"]}).json()
    assert [page["data"][0]["id"], rest["data"][0]["id"]] == [first, second]
