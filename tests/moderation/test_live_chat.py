"""The chat of a YouTube broadcast is read beside it; what is decided there is done by a person in Studio (YT-5)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from pregonero.errors import WrongState
from pregonero.inbox.models import Conversation, Message, Stream
from pregonero.moderation.actions.chat import WAS_VISIBLE, confirm_by_hand
from pregonero.moderation.models import CommunityRule, Decision, ListHit, ModeratedComment, Proposal
from pregonero.moderation.states import Effect, Visibility
from pregonero.moderation.tasks import tell_taken_down
from pregonero.networks.models import Account
from pregonero.networks.youtube.network import ENDPOINTS
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.inbox.conftest import account_of, read_all
from tests.lab.process import Lab, start
from tests.moderation.conftest import hide, taken
from tests.moderation.test_views import signed_in
from tests.moderation.test_word_lists import forced, watch

pytestmark = pytest.mark.procedure("YT-5")


class Broadcast:
    """A live broadcast of a channel in the lab, with its chat."""

    def __init__(self, lab: Lab, account: Account) -> None:
        self.lab, self.account = lab, account
        body = {"account": account.remote_id, "title": "Rueda de prensa"}
        self.id: str = lab.client.post("/broadcasts", json=body).raise_for_status().json()["id"]

    def write(self, name: str, text: str) -> str:
        form = {"nombre": name, "texto": text}
        return str(self._post("chat", data=form)["id"])

    def remove(self, message: str, *, by_author: bool = False) -> None:
        self._post("removals", json={"message": message, "by_author": by_author})

    def end(self) -> None:
        self._post("end")

    def read(self) -> list[str]:
        """Read the chat when YouTube lets it be read again, and return the texts, the oldest first."""
        self.lab.advance(6)
        read_all(self.account)
        return list(messages(self.account).values_list("text", flat=True))

    def _post(self, what: str, **body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.lab.client.post(f"/broadcasts/{self.id}/{what}", **body).raise_for_status().json()
        return answer


def messages(account: Account) -> Any:
    return Message.objects.filter(account=account, kind="CHAT").order_by("written_at", "pk")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a laboratory of this module, because its clock moves."""
    running = start(tmp_path_factory.mktemp("lab"))
    yield running
    running.stop()


@pytest.fixture
def channel(lab: Lab, carmen: Member, settings: Settings) -> Account:
    return account_of(lab, "youtube", carmen, settings)


@pytest.fixture
def live(lab: Lab, channel: Account) -> Broadcast:
    return Broadcast(lab, channel)


def test_a_chat_is_read_while_it_lasts_at_the_pace_that_youtube_asks_for(
    channel: Account, live: Broadcast, ana: Member
) -> None:
    live.write("Rosa", "¿Cuándo abre?"), live.write("Luis", "Buenas tardes")
    assert live.read() == ["¿Cuándo abre?", "Buenas tardes"]
    stream = Stream.objects.get(account=channel, name="chat")
    assert stream.next_read_at - stream.read_at == timedelta(seconds=15), "YouTube asks for 5: we have units to spare"
    live.write("Rosa", "Gracias")
    assert live.read() == ["¿Cuándo abre?", "Buenas tardes", "Gracias"]
    live.end()
    live.read()

    stream.refresh_from_db()
    assert (stream.cursor, stream.problem) == ({}, "")
    assert stream.next_read_at - stream.read_at == timedelta(seconds=300)
    assert Conversation.objects.filter(account=channel).count() == 2, "one of each person"
    client = signed_in(ana)
    assert "Rosa" not in client.get("/conversacion/?estado=cerradas").content.decode(), "nobody has to answer it"
    assert "3 mensajes" in client.get(reverse("moderation:chats")).content.decode()
    shown = client.get(reverse("moderation:chat", args=[live.id])).content.decode()
    assert shown.index("Gracias") < shown.index("Buenas tardes") and f"/watch?v={live.id}" in shown


def test_asking_too_soon_is_a_pause_and_loses_nothing(channel: Account, live: Broadcast) -> None:
    live.write("Rosa", "Uno")
    live.read()
    live.write("Rosa", "Dos")
    read_all(channel)  # at once: YouTube refuses it

    stream = Stream.objects.get(account=channel, name="chat")
    assert stream.problem and stream.next_read_at > timezone.now()
    assert live.read() == ["Uno", "Dos"]


def test_what_a_list_finds_is_proposed_and_never_sent_to_the_network(
    channel: Account, live: Broadcast, ana: Member, rules: list[CommunityRule]
) -> None:
    forced(channel, ana)
    live.write("Rosa", "Ese señor es un h1juepu7a")
    live.read()
    watch()

    assert not ListHit.objects.get().acted and not Decision.objects.exists()
    assert Proposal.objects.get().category == "INSULT"
    client = signed_in(ana)
    assert "h1juepu7a" not in client.get(reverse("moderation:chat", args=[live.id])).content.decode()
    assert "Usuario" in client.get(reverse("moderation:queue")).content.decode()
    assert not Delivery.objects.filter(account=channel).exists()


def decided(live: Broadcast, rule: CommunityRule, by: Member) -> tuple[Message, Client]:
    live.write("Rosa", "Eres un inútil")
    live.read()
    message = messages(live.account).get()
    decision = taken(message, hide(rule), by)
    assert (decision.effect, Delivery.objects.filter(account=live.account).exists()) == (Effect.BY_HAND, False)
    return message, signed_in(by)


def test_a_decision_is_done_by_a_person_in_studio_who_says_so(
    live: Broadcast, rules: list[CommunityRule], ana: Member
) -> None:
    message, client = decided(live, rules[0], ana)
    shown = client.get(reverse("moderation:comment", args=[message.pk])).content.decode()
    assert f"https://studio.youtube.com/video/{live.id}/livestreaming" in shown and "no lo quites" in shown

    assert client.post(reverse("moderation:by_hand", args=[message.pk]), {"hecho": "si"}).status_code == 302

    comment = ModeratedComment.objects.get()
    assert (comment.decision.effect, comment.is_hidden_there, comment.visibility) == ("DONE", True, Visibility.HIDDEN)
    event = Event.objects.get(event_type="decision.done")
    assert event.actor["name"] == ana.name
    with pytest.raises(WrongState, match="no espera"):
        confirm_by_hand(message=message, was_hidden=True, by=ana, now=timezone.now())


def test_a_message_that_was_visible_stays_so_because_removing_it_is_for_ever(
    live: Broadcast, rules: list[CommunityRule], ana: Member
) -> None:
    message, client = decided(live, rules[0], ana)

    client.post(reverse("moderation:by_hand", args=[message.pk]), {"hecho": "no"})

    first, last = Decision.objects.order_by("pk")
    assert (first.effect, first.problem, last.verb, last.effect) == ("FAILED", WAS_VISIBLE, "RESTORE", "NONE")
    assert ModeratedComment.objects.get().visibility == Visibility.VISIBLE
    message.refresh_from_db()
    assert not message.is_covered


@pytest.mark.procedure("N-3")
def test_somebody_who_removes_a_message_in_studio_is_told_to_who_coordinates(
    channel: Account, live: Broadcast, carmen: Member
) -> None:
    removed, retracted = live.write("Rosa", "Qué mal trámite"), live.write("Luis", "Me equivoqué")
    live.read()
    live.remove(removed)
    live.remove(retracted, by_author=True)
    live.read()
    for job in ProcrastinateJob.objects.filter(task_name="moderation.note_taken_down"):
        tell_taken_down(**job.args)

    assert messages(channel).filter(deleted_at__isnull=False).count() == 2
    assert Event.objects.filter(event_type="chat_message.removed").count() == 1
    notice = carmen.notices.get(kind="moderation.taken_down")
    assert "un mensaje del chat" in notice.title and notice.path == reverse("moderation:chat", args=[live.id])


@pytest.mark.procedure("ALL-1")
def test_no_call_to_the_chat_writes_removes_or_bans() -> None:
    calls = [(call.method, call.path) for call in ENDPOINTS if "live" in call.path]
    assert calls == [("GET", "/youtube/v3/liveBroadcasts"), ("GET", "/youtube/v3/liveChat/messages")]
