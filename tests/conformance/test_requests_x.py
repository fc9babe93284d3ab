"""The requests of the X connector, compared with the request types of X's SDK."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from xdk.media import models as media
from xdk.posts import models as posts

from tests.conformance.lives import live
from tests.conformance.recorder import Recorder, Request
from tests.networks.subjects import MakeSubject

MODELS: dict[tuple[str, str], type[BaseModel]] = {
    ("POST", "/2/media/upload/initialize"): media.InitializeUploadRequest,
    ("POST", "/2/media/upload/{id}/append"): media.AppendUploadRequest,
    ("POST", "/2/media/metadata"): media.CreateMetadataRequest,
    ("POST", "/2/media/subtitles"): media.CreateSubtitlesRequest,
    ("POST", "/2/tweets"): posts.CreateRequest,
}
WITHOUT_BODY = {("POST", "/2/media/upload/{id}/finalize"), ("GET", "/2/media/upload"), ("GET", "/2/users/{id}/tweets")}


@pytest.fixture(scope="module")
def sent(recorded: Recorder, recorded_subject: MakeSubject, tmp_path_factory: pytest.TempPathFactory) -> list[Request]:
    subject = recorded_subject("x")
    begin = len(recorded.requests)
    live(subject, tmp_path_factory.mktemp("x"))
    return recorded.requests[begin:]


def beyond(model: BaseModel, at: str = "") -> list[str]:
    """Return the fields of a body that its type does not declare: the SDK accepts them, but X may not."""
    found = [f"{at}{name}" for name in model.model_extra or {}]
    for name in type(model).model_fields:
        value: Any = getattr(model, name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, BaseModel):
                found += beyond(each, f"{at}{name}.")
    return found


def test_every_body_is_of_the_type_that_the_sdk_has_for_it(sent: list[Request]) -> None:
    seen = set()
    for request in sent:
        call = next(call for call in (*MODELS, *WITHOUT_BODY) if request.matches(*call) is not None)
        seen.add(call)
        if call in WITHOUT_BODY:
            assert request.raw == b"", request
        else:
            assert beyond(MODELS[call].model_validate(request.fields)) == [], request

    assert seen == {*MODELS, *WITHOUT_BODY}


def test_the_check_sees_what_is_wrong() -> None:
    assert beyond(posts.CreateRequest.model_validate({"text": "a", "medios": {}})) == ["medios"]
    assert beyond(posts.CreateRequest.model_validate({"media": {"media_ids": ["1"], "x": 1}})) == ["media.x"]
    with pytest.raises(ValidationError):
        media.InitializeUploadRequest.model_validate({"media_category": "video_de_la_casa"})
