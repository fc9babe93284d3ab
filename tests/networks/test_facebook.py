"""Facebook shows the link as a card next to the text, or in the text if the post has a picture or a video."""

from datetime import datetime

import pytest

from pregonero.networks.base import Permanent, Verdict
from tests.networks.subjects import MakeSubject, Subject


@pytest.fixture
def facebook(subject_of: MakeSubject) -> Subject:
    return subject_of("facebook")


def test_a_link_goes_beside_the_text(facebook: Subject) -> None:
    post = facebook.post()

    facebook.publish(post)

    (entry,) = facebook.public()
    assert (entry["text"], entry["link"]) == (post.text, post.link)


def test_with_pictures_the_link_is_written_below_the_text(facebook: Subject) -> None:
    post = facebook.post(media=(facebook.picture, facebook.picture))

    facebook.publish(post)

    (entry,) = facebook.public()
    assert entry["text"] == f"{post.text}\n\n{post.link}"
    assert len(entry["media"]) == 2


def test_a_picture_carries_its_alternative_text(facebook: Subject) -> None:
    post = facebook.post(media=(facebook.picture,))

    page = facebook.lab.client.get(facebook.publish(post).url).text

    assert facebook.picture.alt.replace("&", "&amp;") in page


def test_a_published_video_whose_address_cannot_be_read_is_published_all_the_same(facebook: Subject) -> None:
    post = facebook.post(media=(facebook.film,))
    prepared = facebook.prepare(post)
    facebook.fault("status", "read", code=500)

    published = facebook.connector.commit(facebook.credentials, post, prepared)

    assert published.url.startswith("https://www.facebook.com/")
    assert len(facebook.public()) == 1


def test_pictures_already_there_are_not_sent_again_after_a_cut(facebook: Subject) -> None:
    post = facebook.post(media=(facebook.picture, facebook.picture))
    facebook.fault("status", "POST .*/feed", code=500)
    with pytest.raises(Exception, match="error suyo"):
        facebook.prepare(post)

    facebook.prepare(post, facebook.kept[-1])

    assert len([call for call in facebook.calls("prepare") if call["path"].endswith("/photos")]) == 2


def test_a_post_deleted_at_the_page_is_told_when_it_is_sent_again(facebook: Subject, now: datetime) -> None:
    post = facebook.post()
    prepared = facebook.prepare(post)
    facebook.connector.discard(facebook.credentials, prepared)

    assert facebook.resolve(post, prepared, now).verdict == Verdict.NOT_TAKEN
    with pytest.raises(Permanent, match="ya no tiene"):
        facebook.connector.commit(facebook.credentials, post, prepared)


def test_a_discard_cut_half_way_goes_on(facebook: Subject) -> None:
    prepared = facebook.prepare(facebook.post(media=(facebook.picture,)))
    facebook.fault("accept_then_cut", "DELETE .*")
    with pytest.raises(Exception, match="cortó"):
        facebook.connector.discard(facebook.credentials, prepared)

    assert facebook.connector.discard(facebook.credentials, prepared) == [prepared["media"][0]["id"]]
