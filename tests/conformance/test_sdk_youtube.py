"""Google's official client publishes to the laboratory with only the rootUrl of its API description changed."""

from pathlib import Path
from typing import Any

import pytest
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient import discovery, errors
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.http import MediaFileUpload, build_http

from tests.lab.process import Lab


def youtube(lab: Lab, account: dict[str, Any]) -> Any:
    document = get_static_doc("youtube", "v3").replace("https://youtube.googleapis.com/", f"{lab.url}/youtube/")
    credentials = Credentials(token=account["token"])  # type: ignore[no-untyped-call]
    http = AuthorizedHttp(credentials, http=build_http())
    return discovery.build_from_document(document, http=http)


def upload(client: Any, film_path: Path, title: str = "Exportaciones", chunk: int = 256 * 1024) -> dict[str, Any]:
    body = {"snippet": {"title": title, "categoryId": "25"}, "status": {"privacyStatus": "private"}}
    media = MediaFileUpload(str(film_path), mimetype="video/mp4", chunksize=chunk, resumable=True)
    request = client.videos().insert(part="snippet,status", body=body, media_body=media)
    answer = None
    while answer is None:
        _, answer = request.next_chunk()
    video: dict[str, Any] = answer
    return video


def test_sdk_uploads_private_sets_a_thumbnail_and_makes_it_public_by_a_change(
    lab: Lab, film_path: Path, photo: bytes, tmp_path: Path
) -> None:
    account = lab.new_account("youtube")
    client = youtube(lab, account)
    cover = tmp_path / "portada.jpg"
    cover.write_bytes(photo)

    video = upload(client, film_path, chunk=32 * 1024)
    client.thumbnails().set(videoId=video["id"], media_body=MediaFileUpload(str(cover))).execute()
    assert lab.posts(account=account["id"]) == []
    for _ in range(2):
        body = {"id": video["id"], "status": {"privacyStatus": "public"}}
        client.videos().update(part="status", body=body).execute()

    found = client.videos().list(part="status,snippet", id=video["id"]).execute()["items"][0]
    assert (found["status"]["privacyStatus"], found["snippet"]["title"]) == ("public", "Exportaciones")
    [published] = lab.posts(network="youtube", account=account["id"])
    assert published["id"] == video["id"]
    assert client.channels().list(part="snippet", mine=True).execute()["items"][0]["id"] == account["id"]


def test_sdk_hears_googles_reason_for_a_bad_title(lab: Lab, film_path: Path) -> None:
    client = youtube(lab, lab.new_account("youtube"))

    with pytest.raises(errors.HttpError) as refused:
        upload(client, film_path, title="a" * 101)

    assert refused.value.error_details[0]["reason"] == "invalidTitle"


def test_sdk_reads_answers_and_holds_comments(lab: Lab, film_path: Path) -> None:
    account = lab.new_account("youtube")
    client = youtube(lab, account)
    video = upload(client, film_path)
    client.videos().update(part="status", body={"id": video["id"], "status": {"privacyStatus": "public"}}).execute()
    lab.client.post(f"/comentarios/youtube/{video['id']}", data={"nombre": "Rosa", "texto": "¿Dónde veo las cifras?"})

    [thread] = client.commentThreads().list(part="snippet", videoId=video["id"]).execute()["items"]
    answer = {"snippet": {"parentId": thread["id"], "textOriginal": "En la página de la noticia."}}
    client.comments().insert(part="snippet", body=answer).execute()
    client.comments().setModerationStatus(id=thread["id"], moderationStatus="heldForReview").execute()

    held = client.commentThreads().list(part="snippet", videoId=video["id"], moderationStatus="heldForReview").execute()
    assert held["items"][0]["snippet"]["totalReplyCount"] == 1
