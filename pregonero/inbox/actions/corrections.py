"""Answers whose fact changed: corrected once, beside the answer, or left as they are with a reason (Q-2)."""

import uuid
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused, WrongState
from pregonero.inbox import queries
from pregonero.inbox.actions.answers import WrittenAnswer, send_beside
from pregonero.inbox.correction_queries import CORRECTABLE, outdated_answers
from pregonero.inbox.models import Answer, CorrectionWaiver
from pregonero.inbox.rules import check_answer_text, check_links
from pregonero.inbox.states import AnswerKind, AnswerState
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def send_correction(*, answer: Answer, text: str, by: Member, now: datetime) -> Answer:
    """Correct an answer that was given with a fact that changed."""
    answer = queries.get_answer(member=by, pk=answer.pk, for_update=True)
    check_may(by, "inbox.answer", now=now)
    if answer.state != AnswerState.PUBLISHED or answer.kind not in CORRECTABLE:
        raise WrongState("Solo se corrige una respuesta que salió.")
    if Answer.objects.filter(corrects=answer).exclude(state=AnswerState.FAILED).exists():
        raise WrongState("Esta respuesta ya se corrigió.")
    if answer.conversation.is_referred:
        raise Refused("Esto se tramita por PQRSD: desde aquí solo se envía la remisión.")
    check_answer_text(answer.conversation, text, is_private=answer.is_private)
    check_links(text, answer.conversation.entity, now=now)
    source = News.objects.filter(pk=answer.source_id or 0, entity_id=by.entity_id).first()
    key = uuid.uuid5(answer.key, f"corrección {now.isoformat()}")
    written = WrittenAnswer(text.strip(), key, answer.conversation.revision, source)
    written = replace(written, is_private=answer.is_private, corrects=answer)
    return send_beside(answer.message, AnswerKind.CORRECTION, written, by, now)


@transaction.atomic(durable=True)
def waive_correction(*, answer: Answer, reason: str, by: Member, now: datetime) -> CorrectionWaiver:
    """Decide that an answer needs no correction for what changed so far; another change lists it again."""
    answer = queries.get_answer(member=by, pk=answer.pk, for_update=True)
    check_may(by, "inbox.answer", now=now)
    if not reason.strip():
        raise Refused("Escribe por qué no necesita corrección.")
    found = outdated_answers(answer.conversation.entity, only=answer)
    if not found:
        raise WrongState("Esta respuesta no está por corregir.")
    waiver = CorrectionWaiver.objects.create(
        answer=answer, change=found[0].change, reason=reason.strip()[:300], by=by, at=now
    )
    subject = [answer.conversation.subject] if answer.conversation.subject else []
    record(
        entity_id=by.entity_id,
        event_type="answer.correction_waived",
        actor=by.actor,
        ref=answer.ref,
        at=now,
        related=[answer.conversation.ref, *subject],
        facts={"why": found[0].why, "change": waiver.change},
        texts={"reason": waiver.reason},
    )
    return waiver
