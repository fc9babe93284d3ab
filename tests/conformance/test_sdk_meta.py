"""Meta's official SDK publishes to the laboratory with only its base address (`session.GRAPH`) changed."""

from functools import partial
from typing import Any

from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.adobjects.photo import Photo
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession

from tests.lab.process import Lab, until


def api(lab: Lab, account: dict[str, Any]) -> FacebookAdsApi:
    session = FacebookSession(access_token=account["token"])
    session.GRAPH = f"{lab.url}/graph"
    return FacebookAdsApi(session)


def test_sdk_prepares_a_page_post_with_a_photo_and_publishes_it_by_a_change(lab: Lab, photo: bytes) -> None:
    account = lab.new_account("facebook")
    meta = api(lab, account)
    page = Page(account["id"], api=meta)

    # `create_photo` only takes addresses; a file goes through the client's own call.
    picture = meta.call(
        "POST",
        (account["id"], "photos"),
        params={"published": False, "alt_text_custom": "Gráfica"},
        files={"source": ("foto.jpg", photo, "image/jpeg")},
    ).json()
    draft = page.create_feed(
        params={"message": "Hola", "published": False, "attached_media": [{"media_fbid": picture["id"]}]}
    )
    before = PagePost(draft["id"], api=meta).api_get(fields=["is_published", "permalink_url"])
    assert (before["is_published"], lab.posts(account=account["id"])) == (False, [])
    for _ in range(2):
        PagePost(draft["id"], api=meta).api_update(params={"is_published": True})

    assert PagePost(draft["id"], api=meta).api_get(fields=["is_published"])["is_published"] is True
    [published] = lab.posts(network="facebook", account=account["id"])
    assert (published["id"], published["url"]) == (draft["id"], before["permalink_url"])
    assert [post["id"] for post in page.get_feed(fields=["message"])] == [draft["id"]]


def test_sdk_takes_a_photo_from_an_address_and_cleans_up_what_it_prepared(lab: Lab, photo_address: str) -> None:
    account = lab.new_account("facebook")
    meta = api(lab, account)

    picture = Page(account["id"], api=meta).create_photo(params={"url": photo_address, "published": False})
    draft = Page(account["id"], api=meta).create_feed(params={"message": "No sale", "published": False})
    PagePost(draft["id"], api=meta).api_delete()
    Photo(picture["id"], api=meta).api_delete()

    assert lab.posts(account=account["id"]) == []


def test_sdk_publishes_a_picture_on_instagram(lab: Lab, photo_address: str) -> None:
    account = lab.new_account("instagram")
    meta = api(lab, account)
    user = IGUser(account["id"], api=meta)

    container = user.create_media(params={"image_url": photo_address, "caption": "Gráfica", "alt_text": "Barras"})
    until(partial(finished, meta, container["id"]))
    media = user.create_media_publish(params={"creation_id": container["id"]})

    assert status(meta, container["id"]) == "PUBLISHED"
    assert [entry["id"] for entry in user.get_media(fields=["permalink"])] == [media["id"]]
    [published] = lab.posts(network="instagram", account=account["id"])
    assert (published["id"], published["text"]) == (media["id"], "Gráfica")


def test_sdk_publishes_a_reel_and_a_carousel_on_instagram(lab: Lab, photo_address: str) -> None:
    account = lab.new_account("instagram")
    meta = api(lab, account)
    user = IGUser(account["id"], api=meta)
    film_address = photo_address.removesuffix("jpg") + "mp4"

    reel = user.create_media(params={"media_type": "REELS", "video_url": film_address, "caption": "Video"})
    children = [
        user.create_media(params={"image_url": photo_address, "is_carousel_item": True})["id"] for _ in range(2)
    ]
    album = user.create_media(params={"media_type": "CAROUSEL", "children": children, "caption": "Álbum"})
    for container in (reel, album):
        until(partial(finished, meta, container["id"]))
        user.create_media_publish(params={"creation_id": container["id"]})

    published = lab.posts(network="instagram", account=account["id"])
    assert [(post["text"], len(post["media"])) for post in published] == [("Video", 1), ("Álbum", 2)]


def test_sdk_reads_a_private_message_and_answers_it(lab: Lab) -> None:
    account = lab.new_account("facebook")
    page = Page(account["id"], api=api(lab, account))
    lab.client.post(f"/mensajes/facebook/{account['handle']}", data={"nombre": "Rosa", "texto": "Solicito copia"})

    (thread,) = page.get_conversations(fields=["participants"], params={"platform": "MESSENGER"})
    person = thread["participants"]["data"][0]["id"]
    message = {"recipient": {"id": person}, "message": {"text": "Recibido."}, "messaging_type": "RESPONSE"}
    page.create_message(params=message)

    assert [post["text"] for post in lab.posts(account=account["id"])] == ["Recibido."]


def status(meta: FacebookAdsApi, container: str) -> Any:
    answer = meta.call("GET", (container,), params={"fields": "status_code"}).json()
    return answer["status_code"]


def finished(meta: FacebookAdsApi, container: str) -> bool:
    return bool(status(meta, container) == "FINISHED")
