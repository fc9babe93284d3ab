"""Cases of death of answers: a citizen asks in the laboratory, and is answered through the inbox."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from pregonero.inbox import queries
from pregonero.inbox.actions.answers import WrittenAnswer, send_answer
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.actions.undo import undo_answer
from pregonero.inbox.models import Answer, Conversation
from pregonero.inbox.states import Question
from pregonero.networks.models import Account
from pregonero.networks.queries import credentials_for
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.publishing.actions import pause_everything, resume_everything
from pregonero.records.undo import WINDOW
from tests.faults.cases import HALF_AN_HOUR, Case, Stage, somebody
from tests.inbox.conftest import read_all
from tests.lab.process import SAMPLE_MEDIA
from tests.networks.subjects import Subject, medium_of
from tests.stage import register_accounts

ANSWERED = "de diciembre"  # in every answer, and in no post
COMMENTED = ("facebook", "instagram", "youtube")


@dataclass
class ReplyStage(Stage):
    """Where answers are played. `folder` holds the sample files that some networks need for a post of ours."""

    folder: Any = None

    def begin(self, cases: list[Case]) -> None:
        """Give each case an entity with its account, a question of a citizen there, and an answer to it."""
        for case in cases:
            person = somebody()
            (account,) = register_accounts(self.lab, person, timezone.now(), (case.network,))
            conversation = self._ask(account, person)
            self.make_fault(case.network, account.remote_id, case.course.fault)
            delivery = _answer(conversation, person, "Hasta el 15 de diciembre.")
            if case.course.prepared_first:
                _move(delivery, HALF_AN_HOUR)
            else:
                _move(delivery, -WINDOW)
            case.begin(account, delivery.pk)
            self._hindered.hinder(case.course.act, account, case.delivery)

    def intervene(self, cases: list[Case]) -> None:
        """Have the author of each prepared answer do what its course says, before it is sent."""
        for case in cases:
            delivery = Delivery.objects.select_related("account").get(pk=case.delivery)
            answer = Answer.objects.select_related("conversation", "by").get(pk=delivery.subject_id)
            now, person = timezone.now(), answer.by
            if case.course.act in ("cancel", "edit"):
                undo_answer(answer=answer, by=person, now=now)
            if case.course.act == "edit":
                again = _answer(answer.conversation, person, "Hasta el 20 de diciembre.")
                _move(again, -WINDOW)
                case.earlier, case.delivery = [*case.earlier, case.delivery], again.pk
            if case.course.act == "pause":
                pause_everything(reason="Un momento", by=person, now=now)
                _move(delivery, -HALF_AN_HOUR)
                promote_due(now=now)
                assert not claim_batch(account_id=delivery.account_id, worker="w", limit=9, now=now, only=delivery.pk)
                resume_everything(by=person, now=now)

    def out(self, network: str, account: str) -> list[str]:
        """Return the ids of the public answers of an account: its own posts are not counted."""
        posts = self.lab.posts(network=network, account=account)
        return [str(post["id"]).rpartition("_")[2] for post in posts if ANSWERED in post["text"]]

    def _ask(self, account: Account, person: Member) -> Conversation:
        """Have a citizen ask: under a post of the account, or in a post that names it."""
        question = {"nombre": "Rosa Mejía", "texto": "¿Hasta qué fecha está abierta la convocatoria?"}
        if account.network in COMMENTED:
            post = self._subject(account).publish(self._subject(account).post())
            self.lab.client.post(f"/comentarios/{account.network}/{post.remote_id}", data=question)
        else:
            self.lab.client.post(f"/menciones/{account.network}/{account.handle}", data=question)
        (conversation,) = read_all(account)
        return sort_conversation(
            conversation=conversation, question=Question.BASIC, reason="", by=person, now=timezone.now()
        )

    def _subject(self, account: Account) -> Subject:
        files = {}
        for kind, suffix, mime in (("picture", "jpg", "image/jpeg"), ("video", "mp4", "video/mp4")):
            path = self.folder / f"muestra.{suffix}"
            if not path.exists():
                path.write_bytes(self.lab.client.get(f"{SAMPLE_MEDIA}.{suffix}").content)
            files[kind] = medium_of(kind, path, mime, f"{self.lab.url}{SAMPLE_MEDIA}.{suffix}", "Una bodega")
        return Subject(account.network, self.lab, files["picture"], files["video"], credentials_for(account))


def _answer(conversation: Conversation, person: Member, text: str) -> Delivery:
    conversation.refresh_from_db()
    written = WrittenAnswer(text, uuid.uuid4(), conversation.revision)
    answer = send_answer(conversation=conversation, written=written, by=person, now=timezone.now())
    return queries.operation_of(answer)


def _move(delivery: Delivery, by: timedelta) -> None:
    """Have the minute of a delivery be another one, without waiting for it; it may be prepared already."""
    times = {name: F(name) + by for name in ("due_at", "ready_at", "expires_at")}
    Delivery.objects.filter(pk=delivery.pk).update(**times, prepare_at=timezone.now() - WINDOW)
