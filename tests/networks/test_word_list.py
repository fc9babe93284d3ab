"""The own word list of a network: read and replaced, harmless twice, and no other setting is ever changed (FB-4)."""

import pytest

from pregonero.networks.base import OperationKind, Permanent, Resolution
from pregonero.networks.client import HttpError
from pregonero.networks.facebook.graph import Graph
from pregonero.networks.facebook.network import ENDPOINTS
from pregonero.networks.facebook.word_list import FacebookWordList
from pregonero.networks.registry import connector, networks_with_word_list, word_list_of
from tests.networks.allowed import refused
from tests.networks.conftest import Watched
from tests.networks.subjects import NETWORKS, MakeSubject, Subject

pytestmark = pytest.mark.procedure("FB-4")
WORDS = ["hijo de puta", "gonorrea", "maricón"]


@pytest.fixture
def page(subject_of: MakeSubject) -> Subject:
    return subject_of("facebook")


@pytest.mark.parametrize("name", NETWORKS)
def test_only_a_network_with_a_word_list_declares_the_operation(name: str) -> None:
    operations = connector(name).capabilities.operations
    assert (word_list_of(name) is not None) == (OperationKind.SET_WORD_LIST in operations)
    assert operations.get(OperationKind.SET_WORD_LIST, Resolution.REPEAT) == Resolution.REPEAT
    assert networks_with_word_list() == ["facebook"]


def test_a_page_without_words_has_an_empty_list(page: Subject) -> None:
    assert FacebookWordList().read(page.credentials) == []


def test_the_list_is_replaced_and_twice_is_once(page: Subject) -> None:
    words = FacebookWordList()
    for _ in range(2):
        words.write(page.credentials, words.joined(WORDS))
        assert words.read(page.credentials) == WORDS
    words.write(page.credentials, "")
    assert words.read(page.credentials) == []


def test_more_words_than_facebook_takes_are_refused_before_any_call() -> None:
    with pytest.raises(Permanent, match="hasta 1000 palabras y la lista tiene 1001"):
        FacebookWordList().joined(["palabra"] * 1_001)


def test_the_laboratory_and_the_list_of_calls_refuse_any_other_setting(page: Subject, watched: Watched) -> None:
    with pytest.raises(HttpError):
        Graph(page.credentials, ENDPOINTS).post(
            page.credentials.remote_id, "settings", option='{"USERS_CAN_POST": true}'
        )
    assert [reason.rpartition(": ")[2] for reason in watched.refused] == ["it changes USERS_CAN_POST"]
    watched.refused.clear()


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b'option={"PAGE_MODERATION_BLACKLIST": "a,b"}', ""),
        (b'option={"USERS_CAN_POST": false}', "it changes USERS_CAN_POST"),
        (b"", "it changes nothing"),
    ],
)
def test_the_list_of_calls_takes_no_other_setting(sent: bytes, reason: str) -> None:
    assert refused("facebook", "POST", "https://graph.facebook.com/v26.0/1/settings", sent).endswith(reason)
