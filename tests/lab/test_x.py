"""The lab's X: posts, media, reads, limits and errors."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.lab.process import ApiClient, Lab

PICTURE = {"media_category": "tweet_image"}


@pytest.fixture
def x(lab: Lab) -> ApiClient:
    return ApiClient(lab, lab.new_account("x"))


def test_post_becomes_public_once_and_is_in_the_ledger(lab: Lab, x: ApiClient) -> None:
    made = x.http.post("/2/tweets", json={"text": "Hola, país"})

    assert made.status_code == 201
    [post] = lab.posts(network="x", account=x.id)
    assert (post["id"], post["text"]) == (made.json()["data"]["id"], "Hola, país")


def test_links_come_back_shortened_and_entities_escaped(lab: Lab, x: ApiClient) -> None:
    link = f"{lab.url}/sitio/prensa/noticias"

    made = x.http.post("/2/tweets", json={"text": f"Industria & comercio: {link}. #Exporta y www.mincit.gov.co"})
    [own] = x.http.get(f"/2/users/{x.id}/tweets", params={"post.fields": "entities"}).json()["data"]

    urls = own["entities"]["urls"]
    assert [url["expanded_url"] for url in urls] == [link, "www.mincit.gov.co"]
    assert (
        own["text"]
        == made.json()["data"]["text"]
        == f"Industria &amp; comercio: {urls[0]['url']}. #Exporta y {urls[1]['url']}"
    )
    assert [own["text"][url["start"] : url["end"]] for url in urls] == [url["url"] for url in urls]
    assert lab.posts(account=x.id)[0]["link"] == link


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("a" * 280, 201),
        ("a" * 281, 400),
        ("日" * 140, 201),
        ("日" * 141, 400),
        ("🚀" * 140, 201),
        ("🙂‍↔️" * 140, 201),
        ("🙂‍↔️" * 141, 400),
        ("  ", 400),
    ],
)
def test_text_above_the_weighted_length_of_x_is_refused(x: ApiClient, text: str, status: int) -> None:
    assert x.http.post("/2/tweets", json={"text": text}).status_code == status


def test_link_counts_as_23_characters(x: ApiClient) -> None:
    link = "https://www.mincit.gov.co/" + "a" * 400

    assert x.http.post("/2/tweets", json={"text": "b" * 256 + " " + link}).status_code == 201
    assert x.http.post("/2/tweets", json={"text": "b" * 257 + " " + link}).status_code == 400


def test_duplicate_text_is_refused(lab: Lab, x: ApiClient) -> None:
    x.http.post("/2/tweets", json={"text": "Una sola vez"})

    again = x.http.post("/2/tweets", json={"text": "Una sola vez"})

    assert (again.status_code, again.json()["title"]) == (403, "Forbidden")
    assert "duplicate content" in again.json()["detail"]
    assert len(lab.posts(account=x.id)) == 1


def test_duplicate_text_is_accepted_with_allow_duplicates(lab: Lab) -> None:
    client = ApiClient(lab, lab.new_account("x", allow_duplicates=True))

    statuses = [client.http.post("/2/tweets", json={"text": "Dos veces"}).status_code for _ in range(2)]

    assert statuses == [201, 201]
    assert len(lab.posts(account=client.id)) == 2


def test_withdrawn_post_stays_in_the_audit_log(lab: Lab, x: ApiClient) -> None:
    id = x.http.post("/2/tweets", json={"text": "Se retira"}).json()["data"]["id"]

    assert x.http.delete(f"/2/tweets/{id}").json() == {"data": {"deleted": True}}

    assert "errors" in x.http.get(f"/2/tweets/{id}").json()
    ledger = lab.client.get("/ledger.json", params={"account": x.id}).json()
    assert ledger["counts"] == {"published": 1, "withdrawn": 1, "public_now": 0}


def test_timeline_is_paginated_from_the_newest(x: ApiClient) -> None:
    ids = [x.http.post("/2/tweets", json={"text": f"Noticia {n}"}).json()["data"]["id"] for n in range(7)]

    first = x.http.get(f"/2/users/{x.id}/tweets", params={"max_results": 5}).json()
    second = x.http.get(
        f"/2/users/{x.id}/tweets", params={"max_results": 5, "pagination_token": first["meta"]["next_token"]}
    ).json()

    assert [post["id"] for post in first["data"] + second["data"]] == ids[::-1]
    assert "next_token" not in second["meta"]


def test_timeline_respects_start_time(lab: Lab, x: ApiClient) -> None:
    x.http.post("/2/tweets", json={"text": "Antes"})
    lab.advance(1)
    now = lab.client.get("/healthz").json()["now"]
    x.http.post("/2/tweets", json={"text": "Después"})

    own = x.http.get(f"/2/users/{x.id}/tweets", params={"start_time": now}).json()

    assert [post["text"] for post in own["data"]] == ["Después"]


def test_chunked_upload_must_be_complete(lab: Lab, film: bytes) -> None:
    x = ApiClient(lab, lab.new_account("x", processing=600))
    upload = x.http.post(
        "/2/media/upload/initialize", json={"total_bytes": len(film), "media_type": "video/mp4"}
    ).json()
    id = upload["data"]["id"]
    half = len(film) // 2

    x.http.post(f"/2/media/upload/{id}/append", data={"segment_index": "0"}, files={"media": ("v", film[:half])})
    assert x.http.post(f"/2/media/upload/{id}/finalize").status_code == 400
    for _ in range(2):
        x.http.post(f"/2/media/upload/{id}/append", data={"segment_index": "1"}, files={"media": ("v", film[half:])})

    done = x.http.post(f"/2/media/upload/{id}/finalize").json()["data"]
    assert (done["size"], done["processing_info"]["state"]) == (len(film), "pending")


def test_media_of_another_account_is_refused(lab: Lab, x: ApiClient, photo: bytes) -> None:
    other = ApiClient(lab, lab.new_account("x"))
    id = other.http.post("/2/media/upload", data=PICTURE, files={"media": ("f.jpg", photo)}).json()["data"]["id"]

    refused = x.http.post("/2/tweets", json={"text": "Con foto ajena", "media": {"media_ids": [id]}})

    assert (refused.status_code, lab.posts(account=x.id)) == (400, [])


def test_thread_is_one_conversation(x: ApiClient) -> None:
    first = x.http.post("/2/tweets", json={"text": "Hilo 1/2"}).json()["data"]["id"]
    reply = {"in_reply_to_tweet_id": first}
    second = x.http.post("/2/tweets", json={"text": "Hilo 2/2", "reply": reply}).json()["data"]["id"]

    fields = {"post.fields": "conversation_id", "expansions": "referenced_posts"}
    read = x.http.get(f"/2/tweets/{second}", params=fields).json()["data"]
    assert read["conversation_id"] == first
    assert read["referenced_posts"] == [{"type": "replied_to", "id": first}]
    found = x.http.get("/2/tweets/search/recent", params={"query": f"conversation_id:{first}"}).json()["data"]
    assert [post["id"] for post in found] == [second]


def test_reply_of_a_citizen_is_a_mention_and_can_be_hidden_and_shown(lab: Lab, x: ApiClient) -> None:
    id = x.http.post("/2/tweets", json={"text": "Con respuestas"}).json()["data"]["id"]
    lab.client.post(f"/comentarios/x/{id}", data={"nombre": "Rosa", "texto": "¿Cuándo cierra?"})

    [mention] = x.http.get(f"/2/users/{x.id}/mentions", params={"expansions": "author_id"}).json()["data"]
    page = f"/x/{x.account['handle']}/status/{id}"
    assert "¿Cuándo cierra?" in lab.client.get(page).text
    x.http.put(f"/2/tweets/{mention['id']}/hidden", json={"hidden": True})
    assert "¿Cuándo cierra?" not in lab.client.get(page).text
    x.http.put(f"/2/tweets/{mention['id']}/hidden", json={"hidden": False})
    assert "¿Cuándo cierra?" in lab.client.get(page).text


@pytest.mark.parametrize("act", ["expire", "revoke"])
def test_invalid_token_is_refused_and_publishes_nothing(lab: Lab, x: ApiClient, act: str) -> None:
    lab.client.post(f"/tokens/{x.id}/{act}")

    refused = x.http.post("/2/tweets", json={"text": "No debe salir"})

    assert (refused.status_code, lab.posts(account=x.id)) == (401, [])


def test_expired_token_is_refreshed(lab: Lab) -> None:
    client = ApiClient(lab, lab.new_account("x", refresh_token="renueva"))
    lab.client.post(f"/tokens/{client.id}/expire")

    fresh = client.http.post("/2/oauth2/token", data={"grant_type": "refresh_token", "refresh_token": "renueva"}).json()
    client.http.headers["Authorization"] = f"Bearer {fresh['access_token']}"

    assert client.http.get("/2/users/me").json()["data"]["id"] == client.id


def test_unsupported_call_is_refused_with_501(lab: Lab, x: ApiClient) -> None:
    refused = x.http.post(f"/2/users/{x.id}/blocking", json={"target_user_id": "1"})

    assert (refused.status_code, refused.json()["title"]) == (501, "Not Implemented")
    assert lab.client.get("/calls.json", params={"network": "x"}).json()["calls"][-1]["status"] == 501


def test_what_the_lab_does_not_implement_is_refused_with_501(lab: Lab, x: ApiClient) -> None:
    poll = {"options": ["a", "b"], "duration_minutes": 5}
    refused = x.http.post("/2/tweets", json={"text": "Con encuesta", "poll": poll})

    assert (refused.status_code, lab.posts(account=x.id)) == (501, [])
    assert x.http.get(f"/2/users/{x.id}/tweets", params={"exclude": "replies"}).status_code == 501


@pytest.mark.parametrize(
    ("params", "parameter"),
    [
        ({"post.fields": "created_at,referenced_posts"}, "post.fields"),
        ({"post.fields": "author_id"}, "post.fields"),
        ({"tweet.fields": "created_at"}, "tweet.fields"),
        ({"expansions": "referenced_tweets.id"}, "expansions"),
        ({"max_results": "101"}, "max_results"),
        ({"max_results": "4"}, "max_results"),
        ({"start_time": "ayer"}, "start_time"),
        ({"since_id": "abc"}, "since_id"),
        ({"exclude": "todo"}, "exclude"),
        ({"campo": "1"}, "campo"),
    ],
)
def test_parameter_that_xs_document_does_not_have_is_refused(
    x: ApiClient, params: dict[str, str], parameter: str
) -> None:
    refused = x.http.get(f"/2/users/{x.id}/tweets", params=params)

    body = refused.json()
    assert (refused.status_code, body["title"]) == (400, "Invalid Request")
    assert [list(error["parameters"]) for error in body["errors"]] == [[parameter]]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"text": "a", "estado": 1}, "$.estado"),
        ({"text": 1}, "$.text"),
        ({"text": "a", "media": {}}, "$.media.media_ids"),
        ({"text": "a", "media": {"media_ids": ["x"]}}, "$.media.media_ids"),
        ({"text": "a", "media": {"media_ids": ["1"] * 5}}, "$.media.media_ids"),
        ({"text": "a", "reply": {"in_reply_to_post_id": "1"}}, "$.reply.in_reply_to_tweet_id"),
        ({"text": "a", "reply_settings": "todos"}, "$.reply_settings"),
        ({"text": "a", "made_with_ai": 1}, "$.made_with_ai"),
    ],
)
def test_body_that_xs_document_does_not_have_is_refused(
    lab: Lab, x: ApiClient, body: dict[str, object], name: str
) -> None:
    refused = x.http.post("/2/tweets", json=body)

    assert (refused.status_code, lab.posts(account=x.id)) == (400, [])
    assert refused.json()["errors"][0]["message"].startswith(f"{name}: ")


def test_expansion_adds_the_parent_and_its_name(x: ApiClient) -> None:
    first = x.http.post("/2/tweets", json={"text": "Arriba"}).json()["data"]["id"]
    x.http.post("/2/tweets", json={"text": "Abajo", "reply": {"in_reply_to_tweet_id": first}})

    plain = x.http.get(f"/2/users/{x.id}/tweets", params={"post.fields": "created_at"}).json()
    expanded = x.http.get(f"/2/users/{x.id}/tweets", params={"expansions": "referenced_posts"}).json()

    assert all("referenced_posts" not in post for post in plain["data"])
    assert expanded["data"][0]["referenced_posts"] == [{"type": "replied_to", "id": first}]
    assert [post["id"] for post in expanded["includes"]["posts"]] == [first]


def test_limit_of_posts_is_reported_and_enforced(lab: Lab) -> None:
    x = ApiClient(lab, lab.new_account("x", limits={"posts": 2}))

    left = [x.http.post("/2/tweets", json={"text": str(n)}).headers["x-rate-limit-remaining"] for n in range(2)]
    refused = x.http.post("/2/tweets", json={"text": "Una más"})

    assert (left, refused.status_code) == (["1", "0"], 429)
    lab.advance(int(refused.headers["retry-after"]))
    assert x.http.post("/2/tweets", json={"text": "Una más"}).status_code == 201


def test_own_timeline_shows_a_new_post_late_with_read_lag(lab: Lab) -> None:
    x = ApiClient(lab, lab.new_account("x", read_lag=60))
    id = x.http.post("/2/tweets", json={"text": "Todavía no se ve"}).json()["data"]["id"]

    assert x.http.get(f"/2/users/{x.id}/tweets").json()["meta"]["result_count"] == 0
    assert x.http.get(f"/2/tweets/{id}").json()["data"]["id"] == id
    lab.advance(61)
    assert [post["id"] for post in x.http.get(f"/2/users/{x.id}/tweets").json()["data"]] == [id]


def test_posts_sent_at_once_on_eight_connections_are_all_recorded_once(lab: Lab, x: ApiClient) -> None:
    texts = [f"Noticia {number} #Exporta" for number in range(400)]

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(lambda text: x.http.post("/2/tweets", json={"text": text}).status_code, texts))

    assert statuses == {201}
    assert sorted(post["text"] for post in lab.posts(account=x.id)) == sorted(texts)
