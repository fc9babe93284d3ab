"""X's official SDK publishes to the laboratory with only its base address changed."""

import base64
from collections.abc import Iterator

import pytest
from xdk import Client

from tests.lab.process import Lab, start


def client(lab: Lab, account: dict[str, str]) -> Client:
    return Client(base_url=f"{lab.url}/x", access_token=account["token"])


@pytest.fixture
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A laboratory of its own, because the test advances its clock."""
    running = start(tmp_path_factory.mktemp("apart"))
    yield running
    running.stop()


def test_sdk_publishes_a_text_and_reads_it_back(lab: Lab) -> None:
    account = lab.new_account("x")
    x = client(lab, account)

    made = x.posts.create({"text": "Exportaciones no mineras crecieron 8,4 % https://www.mincit.gov.co/noticia"})
    pages = x.users.get_posts(account["id"], max_results=5, post_fields=["created_at", "entities"])
    own = next(iter(pages)).data

    assert [post.id for post in own] == [made.data.id]
    assert own[0].entities.urls[0].expanded_url == "https://www.mincit.gov.co/noticia"
    assert x.users.get_me().data.username == account["handle"]
    assert [post["id"] for post in lab.posts(network="x", account=account["id"])] == [made.data.id]


def test_sdk_reads_a_direct_message_and_answers_it(lab: Lab) -> None:
    account = lab.new_account("x")
    x = client(lab, account)
    lab.client.post(f"/mensajes/x/{account['handle']}", data={"nombre": "Rosa", "texto": "Solicito copia"})

    (asked,) = next(iter(x.direct_messages.get_events(expansions=["sender_id"]))).data
    sent = x.direct_messages.create_by_participant_id(asked.sender_id, {"text": "Recibido."}).data
    thread = next(iter(x.direct_messages.get_events_by_conversation_id(sent.dm_conversation_id))).data

    assert [event.text for event in thread] == ["Recibido.", "Solicito copia"]


def test_sdk_publishes_a_picture_with_alternative_text(lab: Lab, photo: bytes) -> None:
    account = lab.new_account("x")
    x = client(lab, account)

    uploaded = x.media.upload({"media": base64.b64encode(photo).decode(), "media_category": "tweet_image"})
    x.media.create_metadata({"id": uploaded.data.id, "metadata": {"alt_text": {"text": "Gráfica de barras"}}})
    made = x.posts.create({"text": "Con gráfica", "media": {"media_ids": [uploaded.data.id]}})

    page = lab.client.get(f"/x/{account['handle']}/status/{made.data.id}").text
    assert 'alt="Gráfica de barras"' in page


def test_sdk_publishes_a_video_by_chunks(apart: Lab, film: bytes) -> None:
    account = apart.new_account("x", processing=600)
    x = client(apart, account)

    begun = x.media.initialize_upload(
        {"media_category": "tweet_video", "media_type": "video/mp4", "total_bytes": len(film)}
    )
    for index, at in enumerate(range(0, len(film), 40_000)):
        piece = base64.b64encode(film[at : at + 40_000]).decode()
        x.media.append_upload(begun.data.id, {"media": piece, "segment_index": index})
    done = x.media.finalize_upload(begun.data.id)
    apart.advance(601)

    assert done.data.processing_info.state == "pending"
    assert x.media.get_upload_status(begun.data.id).data.processing_info.state == "succeeded"
    made = x.posts.create({"text": "Con video", "media": {"media_ids": [begun.data.id]}})
    [published] = apart.posts(network="x", account=account["id"])
    assert (published["id"], len(published["media"])) == (made.data.id, 1)
