"""`withdraw` removes a published post of our own and nothing else, and repeating it is harmless."""

import httpx
import pytest

from pregonero.networks.base import NOT_OURS, OperationKind, Permanent, Post, Resolution, Transient, Unauthorized
from pregonero.networks.registry import connector
from tests.networks.subjects import NETWORKS, MakeSubject, Subject

pytestmark = pytest.mark.procedure("N-3")
WITHDRAWING = ("x", "facebook", "youtube", "mastodon", "bluesky")


@pytest.fixture(params=WITHDRAWING)
def account(request: pytest.FixtureRequest, subject_of: MakeSubject) -> Subject:
    return subject_of(request.param)


def public_ids(subject: Subject) -> list[str]:
    """Return the ids of the account's posts that are still public."""
    return [entry["id"] for entry in subject.public() if not entry.get("withdrawn")]


def withdrawals(subject: Subject) -> list[str]:
    """Return the ids in the laboratory's audit log of withdrawals, one for each time that a post disappeared."""
    query = {"network": subject.name, "account": subject.credentials.remote_id}
    return [entry["id"] for entry in subject.lab.client.get("/ledger.json", params=query).json()["withdrawn"]]


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_declares_how_every_operation_is_settled(name: str) -> None:
    capabilities = connector(name).capabilities

    assert OperationKind.POST in capabilities.operations
    assert capabilities.takes_withdrawals == (name in WITHDRAWING)
    if capabilities.takes_withdrawals:
        assert capabilities.operations[OperationKind.WITHDRAW] == Resolution.REPEAT


def test_withdraw_removes_the_post_from_the_public(account: Subject) -> None:
    stays, goes = account.publish(account.post()), account.publish(account.post())

    account.connector.withdraw(account.credentials, goes.remote_id)

    assert public_ids(account) == [stays.remote_id]
    assert account.page(goes).status_code != httpx.codes.OK
    assert account.page(stays).status_code == httpx.codes.OK


def test_withdraw_of_a_post_that_is_already_gone_does_nothing(account: Subject) -> None:
    published = account.publish(account.post())
    account.connector.withdraw(account.credentials, published.remote_id)

    account.connector.withdraw(account.credentials, published.remote_id)

    assert public_ids(account) == []


@pytest.mark.parametrize("fault", ["cut_before", "accept_then_cut", "accept_then_500"])
def test_withdraw_whose_answer_is_lost_may_be_repeated(account: Subject, fault: str) -> None:
    published = account.publish(account.post())
    account.fault(fault, "commit")

    with pytest.raises(Transient):
        account.connector.withdraw(account.credentials, published.remote_id)
    account.connector.withdraw(account.credentials, published.remote_id)

    assert public_ids(account) == []


@pytest.mark.parametrize("name", ["x", "facebook", "youtube", "mastodon"])
def test_repeated_withdrawals_leave_one_entry_in_the_audit_log(name: str, subject_of: MakeSubject) -> None:
    subject = subject_of(name)
    published = subject.publish(subject.post())

    for _ in range(2):
        subject.connector.withdraw(subject.credentials, published.remote_id)

    assert withdrawals(subject) == [published.remote_id]


def test_withdraw_refuses_the_post_of_another_account(account: Subject, subject_of: MakeSubject) -> None:
    other = subject_of(account.name)
    theirs = other.publish(other.post())

    if account.name == "bluesky":  # a key names a record of the account's own repository, and theirs is in another
        account.connector.withdraw(account.credentials, theirs.remote_id)
    else:
        with pytest.raises(Permanent):
            account.connector.withdraw(account.credentials, theirs.remote_id)

    assert public_ids(other) == [theirs.remote_id]
    assert other.page(theirs).status_code == httpx.codes.OK


@pytest.mark.parametrize("name", ["x", "youtube", "mastodon"])
def test_withdraw_says_that_the_post_is_of_another_account(name: str, subject_of: MakeSubject) -> None:
    ours, other = subject_of(name), subject_of(name)
    theirs = other.publish(other.post())

    with pytest.raises(Permanent, match="no es de esta cuenta") as caught:
        ours.connector.withdraw(ours.credentials, theirs.remote_id)

    assert caught.value.code == NOT_OURS


def test_withdraw_with_a_revoked_token_removes_nothing(account: Subject) -> None:
    published = account.publish(account.post())
    account.lab.client.post(f"/tokens/{account.credentials.remote_id}/revoke").raise_for_status()

    with pytest.raises(Unauthorized):
        account.connector.withdraw(account.credentials, published.remote_id)

    assert public_ids(account) == [published.remote_id]


def test_withdraw_removes_a_comment_of_the_page(subject_of: MakeSubject) -> None:
    page = subject_of("facebook")
    post = page.publish(page.post())
    comment = page.publish(Post("https://www.mincit.gov.co/a", reply_to=post.remote_id, root=post.remote_id))

    page.connector.withdraw(page.credentials, comment.remote_id)
    page.connector.withdraw(page.credentials, comment.remote_id)

    assert withdrawals(page) == [comment.remote_id]


def test_withdraw_refuses_a_comment_that_a_citizen_wrote_on_the_page(subject_of: MakeSubject) -> None:
    page = subject_of("facebook")
    post = page.publish(page.post())
    form = {"nombre": "Ciudadana", "texto": "No me sirve"}
    answer = page.lab.client.post(f"/comentarios/facebook/{post.remote_id}", data=form, follow_redirects=False)
    comment = answer.headers["Location"].rpartition("#c")[2]

    with pytest.raises(Permanent) as caught:
        page.connector.withdraw(page.credentials, comment)

    assert caught.value.code == NOT_OURS
    assert "No me sirve" in page.page(post).text


def test_withdraw_removes_a_video_of_the_page(subject_of: MakeSubject) -> None:
    page = subject_of("facebook")
    published = page.publish(page.post(media=(page.film,), link=""))

    page.connector.withdraw(page.credentials, published.remote_id)

    assert withdrawals(page) == [published.remote_id]


def test_instagram_leaves_withdrawals_to_a_person(subject_of: MakeSubject) -> None:
    instagram = subject_of("instagram")
    published = instagram.publish(instagram.post())

    with pytest.raises(Permanent, match="en la aplicación"):
        instagram.connector.withdraw(instagram.credentials, published.remote_id)

    assert instagram.page(published).status_code == httpx.codes.OK
