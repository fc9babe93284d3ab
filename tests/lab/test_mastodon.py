"""The lab's Mastodon: idempotency keys, media, limits and reads."""

from __future__ import annotations

import pytest

from tests.lab.process import ApiClient, Lab


@pytest.fixture
def mastodon(lab: Lab) -> ApiClient:
    return ApiClient(lab, lab.new_account("mastodon"))


def test_post_becomes_public_once_and_is_in_the_ledger(lab: Lab, mastodon: ApiClient) -> None:
    made = mastodon.http.post("/api/v1/statuses", json={"status": "Hola, país"}).json()

    [post] = lab.posts(network="mastodon", account=mastodon.id)
    assert (post["id"], post["text"], post["url"]) == (made["id"], "Hola, país", made["url"])
    assert "Hola, país" in lab.client.get(post["url"]).text
    assert "Hola, país" in lab.client.get(f"/mastodon/@{mastodon.account['handle']}").text


def test_idempotency_key_returns_the_same_post_for_an_hour(lab: Lab, mastodon: ApiClient) -> None:
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


def test_content_is_html(mastodon: ApiClient) -> None:
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
def test_text_above_the_limit_of_mastodon_is_refused(mastodon: ApiClient, text: str, status: int) -> None:
    assert mastodon.http.post("/api/v1/statuses", json={"status": text}).status_code == status


def test_video_is_processed_and_image_is_ready_at_once(lab: Lab, film: bytes, photo: bytes) -> None:
    mastodon = ApiClient(lab, lab.new_account("mastodon", processing=600))
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


def test_media_can_be_attached_once_by_their_own_account(lab: Lab, mastodon: ApiClient, photo: bytes) -> None:
    other = ApiClient(lab, lab.new_account("mastodon"))
    id = mastodon.http.post("/api/v2/media", files={"file": photo}).json()["id"]
    body = {"status": "Con foto", "media_ids": [id]}

    assert other.http.post("/api/v1/statuses", json=body).status_code == 422
    assert mastodon.http.post("/api/v1/statuses", json=body).status_code == 200
    assert mastodon.http.post("/api/v1/statuses", json=body).status_code == 422


def test_own_posts_are_paginated_and_late_with_read_lag(lab: Lab) -> None:
    mastodon = ApiClient(lab, lab.new_account("mastodon", read_lag=60))
    ids = [mastodon.http.post("/api/v1/statuses", json={"status": f"Nota {n}"}).json()["id"] for n in range(5)]
    path = f"/api/v1/accounts/{mastodon.id}/statuses"

    assert mastodon.http.get(path).json() == []
    lab.advance(61)
    first = [post["id"] for post in mastodon.http.get(path, params={"limit": 3}).json()]
    rest = [post["id"] for post in mastodon.http.get(path, params={"limit": 3, "max_id": first[-1]}).json()]
    assert first + rest == ids[::-1]


def test_reply_of_a_citizen_is_in_the_context(lab: Lab, mastodon: ApiClient) -> None:
    id = mastodon.http.post("/api/v1/statuses", json={"status": "Con respuestas"}).json()["id"]
    own = mastodon.http.post("/api/v1/statuses", json={"status": "Sigue", "in_reply_to_id": id}).json()["id"]
    lab.client.post(f"/comentarios/mastodon/{id}", data={"nombre": "Rosa", "texto": "¿Cuándo cierra?"})

    context = mastodon.http.get(f"/api/v1/statuses/{id}/context").json()

    assert context["descendants"][0]["id"] == own
    assert context["descendants"][1]["content"] == "<p>¿Cuándo cierra?</p>"
    assert context["descendants"][1]["account"]["display_name"] == "Rosa"


def test_only_the_author_can_withdraw_a_post(lab: Lab, mastodon: ApiClient) -> None:
    id = mastodon.http.post("/api/v1/statuses", json={"status": "Se retira"}).json()["id"]
    other = ApiClient(lab, lab.new_account("mastodon"))

    assert other.http.delete(f"/api/v1/statuses/{id}").status_code == 404
    assert mastodon.http.delete(f"/api/v1/statuses/{id}").json()["text"] == "Se retira"

    counts = lab.client.get("/ledger.json", params={"account": mastodon.id}).json()["counts"]
    assert counts == {"published": 1, "withdrawn": 1, "public_now": 0}
    assert mastodon.http.get(f"/api/v1/statuses/{id}").status_code == 404


def test_server_reports_the_account_and_its_limits(lab: Lab) -> None:
    mastodon = ApiClient(lab, lab.new_account("mastodon", max_characters=1000))

    me = mastodon.http.get("/api/v1/accounts/verify_credentials").json()
    limits = mastodon.http.get("/api/v2/instance").json()["configuration"]["statuses"]

    assert (me["id"], me["username"]) == (mastodon.id, mastodon.account["handle"])
    assert (limits["max_characters"], limits["characters_reserved_per_url"]) == (1000, 23)
    assert mastodon.http.post("/api/v1/statuses", json={"status": "a" * 1000}).status_code == 200


@pytest.mark.parametrize(("act", "message"), [("expire", "expired"), ("revoke", "was revoked")])
def test_invalid_token_is_refused_and_publishes_nothing(lab: Lab, mastodon: ApiClient, act: str, message: str) -> None:
    lab.client.post(f"/tokens/{mastodon.id}/{act}")

    refused = mastodon.http.post("/api/v1/statuses", json={"status": "No debe salir"})

    assert (refused.status_code, refused.json()) == (401, {"error": f"The access token {message}"})
    assert lab.posts(account=mastodon.id) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/accounts/1/block", {}),
        ("POST", "/api/v1/statuses", {"status": "Con encuesta", "poll": {"options": ["a", "b"], "expires_in": 60}}),
        ("POST", "/api/v1/statuses", {"status": "Privada", "visibility": "unlisted"}),
    ],
)
def test_unsupported_call_is_refused_with_501(
    lab: Lab, mastodon: ApiClient, method: str, path: str, body: dict[str, object]
) -> None:
    refused = mastodon.http.request(method, path, json=body)

    assert refused.status_code == 501
    assert "does not implement" in refused.json()["error"]
    assert lab.posts(account=mastodon.id) == []


@pytest.mark.parametrize(
    ("request_of", "name"),
    [
        (("POST", "/api/v1/statuses", {"json": {"status": "a", "texto": "b"}}), "texto"),
        (("POST", "/api/v1/statuses", {"json": {"status": "a", "visibility": "pública"}}), "visibility"),
        (("POST", "/api/v1/statuses", {"json": {"status": "a", "language": "spanish"}}), "language"),
        (("POST", "/api/v1/statuses", {"json": {"status": "a", "media_ids": "1"}}), "media_ids"),
        (("POST", "/api/v1/statuses", {"json": {"status": 1}}), "status"),
        (("POST", "/api/v1/statuses", {"data": {"status": "a", "poll[opciones][]": "b"}}), "poll.opciones"),
        (("POST", "/api/v1/statuses?fields=id", {"json": {"status": "a"}}), "fields"),
        (("POST", "/api/v2/media", {"files": {"archivo": b"a"}}), "archivo"),
        (("POST", "/api/v2/media", {"files": {"file": b"a"}, "data": {"focus": "centro"}}), "focus"),
        (("GET", "/api/v1/accounts/1/statuses?limit=41", {}), "limit"),
        (("GET", "/api/v1/accounts/1/statuses?exclude_reblogs=si", {}), "exclude_reblogs"),
        (("GET", "/api/v1/accounts/1/statuses?max_results=5", {}), "max_results"),
        (("DELETE", "/api/v1/statuses/1?media=true", {}), "media"),
        (("GET", "/api/v2/instance?lang=es", {}), "lang"),
        (("POST", "/oauth/token", {"data": {"grant_type": "authorization_code", "codigo": "a"}}), "codigo"),
        (("POST", "/oauth/revoke", {"data": {"token": "a", "token_type_hint": "access_token"}}), "token_type_hint"),
    ],
)
def test_what_mastodons_documentation_does_not_have_is_refused(
    lab: Lab, mastodon: ApiClient, request_of: tuple[str, str, dict[str, object]], name: str
) -> None:
    method, path, rest = request_of
    refused = mastodon.http.request(method, path, **rest)  # type: ignore[arg-type]

    assert refused.status_code == 422
    assert f"{name} is " in refused.json()["error"] or f"{name} does " in refused.json()["error"]
    assert lab.posts(account=mastodon.id) == []


def test_form_with_the_documented_names_is_taken(lab: Lab, mastodon: ApiClient, photo: bytes) -> None:
    id = mastodon.http.post("/api/v2/media", files={"file": photo}, data={"focus": "-0.5,1.0"}).json()["id"]
    form = {"status": "Con formulario", "media_ids[]": id, "sensitive": "false", "visibility": "public"}

    assert mastodon.http.post("/api/v1/statuses", data=form).status_code == 200
    assert mastodon.http.delete("/api/v1/statuses/1?delete_media=true").status_code == 404


def test_call_above_the_limit_of_the_account_is_refused(lab: Lab) -> None:
    mastodon = ApiClient(lab, lab.new_account("mastodon", limits={"calls": 1}))
    mastodon.http.post("/api/v1/statuses", json={"status": "Una"})

    refused = mastodon.http.post("/api/v1/statuses", json={"status": "Otra"})

    assert (refused.status_code, refused.headers["X-RateLimit-Remaining"]) == (429, "0")
    assert refused.headers["X-RateLimit-Reset"].endswith("Z")
