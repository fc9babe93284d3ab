"""Hiding a comment at every network that can, and showing it again: both are harmless twice, and can be read back."""

import pytest

from pregonero.networks.base import OperationKind, Permanent, Resolution, Transient
from pregonero.networks.interactions import InteractionKind
from pregonero.networks.moderation import (
    COMMENT_GONE,
    NOT_UNDER_OURS,
    CommentModerator,
    change_visibility,
)
from pregonero.networks.registry import connector, moderator_of, restriction_reader
from tests.networks.subjects import NETWORKS, MakeSubject, Subject
from tests.networks.test_interactions import comment, only, read

pytestmark = pytest.mark.procedure("N-3")
MODERATED = ("x", "facebook", "instagram", "youtube")
UNREADABLE = ("x",)  # it never says whether a reply is hidden


def moderator(name: str) -> CommentModerator:
    found = moderator_of(name)
    assert found is not None
    return found


def hidden_at(subject: Subject) -> dict[str, bool]:
    query = {"network": subject.name, "account": subject.credentials.remote_id}
    listed = subject.lab.client.get("/comments.json", params=query).json()["comments"]
    return {one["id"]: one["hidden"] for one in listed}


@pytest.fixture(params=MODERATED)
def subject(request: pytest.FixtureRequest, subject_of: MakeSubject) -> Subject:
    return subject_of(request.param)


@pytest.fixture
def comment_id(subject: Subject) -> str:
    comment(subject, subject.publish(subject.post()), "Un insulto")
    return only(read(subject)).remote_id


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_declares_whether_it_hides_and_with_which_verb(name: str) -> None:
    operations, found = connector(name).capabilities.operations, moderator_of(name)

    hides = {kind for kind in (OperationKind.HIDE, OperationKind.HOLD_FOR_REVIEW) if kind in operations}
    assert hides == ({found.hides_with} if found else set())
    assert (OperationKind.UNHIDE in operations) == (found is not None)
    assert {operations[kind] for kind in hides} <= {Resolution.REPEAT}


def test_a_comment_is_hidden_and_shown_again_and_each_twice_is_once(subject: Subject, comment_id: str) -> None:
    hides, name = moderator(subject.name), subject.name
    for hidden in (True, True, False, False):
        hides.set_hidden(subject.credentials, comment_id, hidden=hidden)

        assert hidden_at(subject) == {comment_id: hidden}
        assert hides.is_hidden(subject.credentials, comment_id) is (None if name in UNREADABLE else hidden)


@pytest.mark.parametrize("fault", ["cut_before", "accept_then_cut", "accept_then_500"])
def test_a_change_whose_answer_is_lost_may_be_repeated(subject: Subject, comment_id: str, fault: str) -> None:
    subject.lab.fault(kind=fault, network=subject.name, account=subject.credentials.remote_id, times=1)

    with pytest.raises(Transient):
        moderator(subject.name).set_hidden(subject.credentials, comment_id, hidden=True)
    moderator(subject.name).set_hidden(subject.credentials, comment_id, hidden=True)

    assert hidden_at(subject) == {comment_id: True}


def test_a_comment_that_its_author_deleted_is_gone(subject: Subject, comment_id: str) -> None:
    subject.lab.client.post(f"/comentarios/{subject.name}/{comment_id}/borrado", data={})
    assert hidden_at(subject) == {}

    with pytest.raises(Permanent) as refusal:
        change_visibility(moderator(subject.name), subject.credentials, comment_id, OperationKind.HIDE)
    assert refusal.value.code == COMMENT_GONE


@pytest.mark.parametrize("name", ["x", "youtube"])
def test_a_comment_under_the_post_of_another_account_is_not_ours_to_hide(name: str, subject_of: MakeSubject) -> None:
    ours, theirs = subject_of(name), subject_of(name)
    comment(theirs, theirs.publish(theirs.post()), "Un insulto")
    other = only(read(theirs)).remote_id

    with pytest.raises(Permanent) as refusal:
        change_visibility(moderator(name), ours.credentials, other, OperationKind.HIDE)
    assert refusal.value.code == NOT_UNDER_OURS
    assert hidden_at(theirs) == {other: False}


@pytest.mark.parametrize("name", MODERATED)
def test_only_comments_can_be_hidden(name: str) -> None:
    assert moderator(name).why_not(InteractionKind.COMMENT, "1") == ""
    assert "otra persona" in moderator(name).why_not(InteractionKind.MENTION, "")
    assert "privado" in moderator(name).why_not(InteractionKind.MESSAGE, "")


@pytest.mark.procedure("ALL-1")
@pytest.mark.parametrize(("name", "kind"), [("x", "BLOCK"), ("x", "MUTE"), ("facebook", "BLOCK")])
def test_everybody_on_a_list_of_restrictions_is_read(name: str, kind: str, subject_of: MakeSubject) -> None:
    subject, reader = subject_of(name), restriction_reader(name)
    assert reader is not None and kind in {one.kind for one in reader.lists}
    assert reader.people(subject.credentials, kind) == []
    people = [
        {"id": str(900_000 + number), "name": f"Persona {number}", "username": f"p{number}"} for number in range(130)
    ]
    body = {"account": subject.credentials.remote_id, "kind": kind, "people": people}
    subject.lab.client.post("/restrictions", json=body).raise_for_status()

    assert [one.remote_id for one in reader.people(subject.credentials, kind)] == [one["id"] for one in people]
