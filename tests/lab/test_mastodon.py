"""Mastodon as the laboratory speaks it: the key of an hour, media in two steps, and what is read back."""

from __future__ import annotations

import pytest

from tests.lab.process import Lab, Speaker


@pytest.fixture
def mastodon(lab: Lab) -> Speaker:
    return Speaker(lab, lab.new_account("mastodon"))


def test_post_becomes_public_once_and_is_in_the_ledger(lab: Lab, mastodon: Speaker) -> None:
    made = mastodon.http.post("/api/v1/statuses", json={"status": "Hola, país"}).json()

    [post] = lab.posts(network="mastodon", account=mastodon.id)
    assert (post["id"], post["text"], post["url"]) == (made["id"], "Hola, país", made["url"])
    assert "Hola, país" in lab.client.get(post["url"]).text
    assert "Hola, país" in lab.client.get(f"/mastodon/@{mastodon.account['handle']}").text


def test_a_key_is_one_post_for_an_hour_and_another_after_it(lab: Lab, mastodon: Speaker) -> None:
    def post() -> str:
        key = {"Idempotency-Key": "una"}
        return str(mastodon.http.post("/api/v1/statuses", json={"status": "Con clave"}, headers=key).json()["id"])

    first = post()
    lab.advance(3500)
    again = post()
    lab.advance(200)

    assert again == first
    assert post() != first
    assert len(lab.posts(account=mastodon.id)) == 2


def test_text_comes_back_as_html(mastodon: Speaker) -> None:
    link = "https://www.mincit.gov.co/prensa/noticias/industria/creditos"
    made = mastodon.http.post("/api/v1/statuses", json={"status": f"Uno & dos\ntres\n\n{link} #Exporta"}).json()

    content = made["content"]
    assert content.startswith("<p>Uno &amp; dos<br />tres</p><p><a href=")
    assert '<span class="invisible">https://www.</span><span class="ellipsis">mincit.gov.co/prensa/noticias/' in content
    assert 'rel="tag">#<span>Exporta</span></a></p>' in content


@pytest.mark.parametrize(
    ("text", "status"),
    [("a" * 500, 200), ("a" * 501, 422), ("b" * 476 + " https://www.mincit.gov.co/" + "a" * 400, 200), ("  ", 422)],
)
def test_length_is_counted_as_mastodon_counts_it(mastodon: Speaker, text: str, status: int) -> None:
    assert mastodon.http.post("/api/v1/statuses", json={"status": text}).status_code == status


def test_video_is_processed_and_a_picture_is_ready(lab: Lab, film: bytes, photo: bytes) -> None:
    mastodon = Speaker(lab, lab.new_account("mastodon", processing=600))
    picture = mastodon.http.post("/api/v2/media", files={"file": photo}, data={"description": "Barras"})
    video = mastodon.http.post("/api/v2/media", files={"file": film})
    id = video.json()["id"]

    assert (picture.status_code, picture.json()["description"], video.status_code) == (200, "Barras", 202)
    assert mastodon.http.get(f"/api/v1/media/{id}").status_code == 206
    early = mastodon.http.post("/api/v1/statuses", json={"status": "Pronto", "media_ids": [id]})
    assert early.status_code == 422
    lab.advance(600)
    assert mastodon.http.get(f"/api/v1/media/{id}").json()["url"]
    assert mastodon.http.put(f"/api/v1/media/{id}", json={"description": "Taller"}).json()["description"] == "Taller"
    mixed = mastodon.http.post("/api/v1/statuses", json={"status": "Dos", "media_ids": [id, picture.json()["id"]]})
    assert mixed.json()["error"] == "Cannot attach a video to a post that already contains images"


def test_media_belong_to_one_post_of_their_account(lab: Lab, mastodon: Speaker, photo: bytes) -> None:
    other = Speaker(lab, lab.new_account("mastodon"))
    id = mastodon.http.post("/api/v2/media", files={"file": photo}).json()["id"]
    about = {"status": "Con foto", "media_ids": [id]}

    assert other.http.post("/api/v1/statuses", json=about).status_code == 422
    assert mastodon.http.post("/api/v1/statuses", json=about).status_code == 200
    assert mastodon.http.post("/api/v1/statuses", json=about).status_code == 422


def test_own_posts_by_pages_and_late_where_the_account_lags(lab: Lab) -> None:
    mastodon = Speaker(lab, lab.new_account("mastodon", read_lag=60))
    ids = [mastodon.http.post("/api/v1/statuses", json={"status": f"Nota {n}"}).json()["id"] for n in range(5)]
    path = f"/api/v1/accounts/{mastodon.id}/statuses"

    assert mastodon.http.get(path).json() == []
    lab.advance(61)
    first = [post["id"] for post in mastodon.http.get(path, params={"limit": 3}).json()]
    rest = [post["id"] for post in mastodon.http.get(path, params={"limit": 3, "max_id": first[-1]}).json()]
    assert first + rest == ids[::-1]


def test_a_citizens_reply_is_in_the_context(lab: Lab, mastodon: Speaker) -> None:
    id = mastodon.http.post("/api/v1/statuses", json={"status": "Con respuestas"}).json()["id"]
    own = mastodon.http.post("/api/v1/statuses", json={"status": "Sigue", "in_reply_to_id": id}).json()["id"]
    lab.client.post(f"/comentarios/mastodon/{id}", data={"nombre": "Rosa", "texto": "¿Cuándo cierra?"})

    found = mastodon.http.get(f"/api/v1/statuses/{id}/context").json()

    assert found["descendants"][0]["id"] == own
    assert found["descendants"][1]["content"] == "<p>¿Cuándo cierra?</p>"
    assert found["descendants"][1]["account"]["display_name"] == "Rosa"


def test_own_post_is_withdrawn_and_anothers_is_not(lab: Lab, mastodon: Speaker) -> None:
    id = mastodon.http.post("/api/v1/statuses", json={"status": "Se retira"}).json()["id"]
    other = Speaker(lab, lab.new_account("mastodon"))

    assert other.http.delete(f"/api/v1/statuses/{id}").status_code == 404
    assert mastodon.http.delete(f"/api/v1/statuses/{id}").json()["text"] == "Se retira"

    counts = lab.client.get("/ledger.json", params={"account": mastodon.id}).json()["counts"]
    assert counts == {"published": 1, "withdrawn": 1, "public_now": 0}
    assert mastodon.http.get(f"/api/v1/statuses/{id}").status_code == 404


def test_a_server_tells_who_asks_and_what_it_takes(lab: Lab) -> None:
    mastodon = Speaker(lab, lab.new_account("mastodon", max_characters=1000))

    me = mastodon.http.get("/api/v1/accounts/verify_credentials").json()
    limits = mastodon.http.get("/api/v2/instance").json()["configuration"]["statuses"]

    assert (me["id"], me["username"]) == (mastodon.id, mastodon.account["handle"])
    assert (limits["max_characters"], limits["characters_reserved_per_url"]) == (1000, 23)
    assert mastodon.http.post("/api/v1/statuses", json={"status": "a" * 1000}).status_code == 200


@pytest.mark.parametrize(("act", "said"), [("expire", "expired"), ("revoke", "was revoked")])
def test_token_no_longer_valid_takes_nothing(lab: Lab, mastodon: Speaker, act: str, said: str) -> None:
    lab.client.post(f"/tokens/{mastodon.id}/{act}")

    refused = mastodon.http.post("/api/v1/statuses", json={"status": "No debe salir"})

    assert (refused.status_code, refused.json()) == (401, {"error": f"The access token {said}"})
    assert lab.posts(account=mastodon.id) == []


@pytest.mark.parametrize(
    ("method", "path", "about"),
    [
        ("POST", "/api/v1/accounts/1/block", {}),
        ("POST", "/api/v1/statuses", {"status": "Con encuesta", "poll": {"options": ["a", "b"]}}),
        ("POST", "/api/v1/statuses", {"status": "Privada", "visibility": "direct"}),
    ],
)
def test_what_is_not_spoken_is_refused_loudly(
    lab: Lab, mastodon: Speaker, method: str, path: str, about: dict[str, object]
) -> None:
    refused = mastodon.http.request(method, path, json=about)

    assert refused.status_code == 501
    assert "does not implement" in refused.json()["error"]
    assert lab.posts(account=mastodon.id) == []


def test_window_of_posts_binds_where_the_account_has_one(lab: Lab) -> None:
    mastodon = Speaker(lab, lab.new_account("mastodon", limits={"calls": 1}))
    mastodon.http.post("/api/v1/statuses", json={"status": "Una"})

    refused = mastodon.http.post("/api/v1/statuses", json={"status": "Otra"})

    assert (refused.status_code, refused.headers["X-RateLimit-Remaining"]) == (429, "0")
    assert refused.headers["X-RateLimit-Reset"].endswith("Z")
