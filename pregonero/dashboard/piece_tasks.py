"""Pieces as tasks of Hoy: to approve, to send, to correct, and those that were sent to the publishers (P-4, P-5)."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from pregonero.dashboard.task import Act, Task
from pregonero.newsroom.approval_models import Sending
from pregonero.newsroom.approvals.links import approval_path
from pregonero.newsroom.approvals.queries import (
    pieces_to_approve,
    pieces_to_correct,
    pieces_to_send,
    sent_to_publishers,
)
from pregonero.newsroom.piece_models import PieceVersion
from pregonero.people.models import Entity, Member
from pregonero.people.rules import may
from pregonero.publishing.models import Attachment
from pregonero.ui.templatetags.ui_time import ago

SHOWN = 20
Tasks = tuple[list[Task], int]
NONE: Tasks = ([], 0)


def pieces_to_approve_tasks(member: Member, *, now: datetime) -> Tasks:
    """Return the versions that this person may approve, the oldest first, and how many they are."""
    if not may(member, "piece.approve", now=now):
        return NONE
    versions, total = pieces_to_approve(member, limit=SHOWN)
    return [_task(version, "Aprobar", now) for version in versions], total


def pieces_to_send_tasks(member: Member, *, now: datetime) -> Tasks:
    """Return the approved versions that this person may send to the publishers, and how many they are."""
    if not may(member, "piece.send", now=now):
        return NONE
    versions, total = pieces_to_send(member.entity, limit=SHOWN)
    return [_task(version, "Enviar", now) for version in versions], total


def pieces_to_correct_tasks(member: Member, *, now: datetime) -> Tasks:
    """Return the versions that were sent back to this person, and how many they are."""
    versions, total = pieces_to_correct(member, limit=SHOWN)
    return [_task(version, "Corregir", now) for version in versions], total


def pieces_to_use_tasks(member: Member, *, now: datetime) -> Tasks:
    """Return the pieces that were sent to the publishers and are in no publication yet, and how many they are."""
    if not may(member, "publication.compose", now=now):
        return NONE
    unused = _unused(member.entity)
    total = unused.count()
    return [_use_task(sending, now) for sending in unused[: min(total, SHOWN)]], total


def _unused(entity: Entity) -> QuerySet[Sending]:
    file = OuterRef("approval__version__medium")
    uses = Attachment.objects.filter(Q(medium=file) | Q(medium__made_from=file))
    return sent_to_publishers(entity).filter(~Exists(uses))


def _task(version: PieceVersion, label: str, now: datetime) -> Task:
    piece = version.piece
    path = approval_path(piece)
    why = f"Versión {version.number}, de {version.uploaded_by}, {ago(version.uploaded_at, now)}."
    return Task(piece.title, path, why, Act(label, path), version.medium)


def _use_task(sending: Sending, now: datetime) -> Task:
    """Return the task that opens the publication of the piece's news item, or the piece if it hangs from a need."""
    version = sending.approval.version
    piece = version.piece
    path = approval_path(piece)
    why = f"La envió {sending.by} {ago(sending.at, now)}. {sending.note}".strip()
    if piece.news is not None:
        act = Act("Publicarla", reverse("publishing:draft"), {"source": piece.news.ref.reference})
    else:
        act = Act("Ver la pieza", path)
    return Task(piece.title, path, why, act, version.medium)
