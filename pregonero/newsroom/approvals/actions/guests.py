"""Links for whoever speaks in a piece: they see one version without an account, note it or agree, and no more (P-4)."""

import secrets
from datetime import datetime

from django.db import transaction

from pregonero.errors import Conflict, Refused, WrongState
from pregonero.newsroom.approval_models import GuestAnswer, GuestLink
from pregonero.newsroom.approvals import queries, rules
from pregonero.newsroom.approvals.links import approval_path
from pregonero.newsroom.piece_models import PieceVersion
from pregonero.newsroom.pieces.queries import get_piece, last_version
from pregonero.people.actions import notify
from pregonero.people.models import Entity, Member
from pregonero.records.actions import Actor, record

CODE_BYTES = 32


@transaction.atomic(durable=True)
def invite_guest(*, version: PieceVersion, name: str, by: Member, now: datetime) -> tuple[GuestLink, str]:
    """Make a link to a version for whoever speaks in it; return it with the secret part, which is not stored."""
    piece = get_piece(member=by, pk=version.piece_id, for_update=True)
    rules.check_may_invite(by, piece, now=now)
    version.piece = piece
    rules.check_last(version)
    if not name.strip():
        raise Refused("Escribe a quién invitas.")
    code = secrets.token_urlsafe(CODE_BYTES)
    link = GuestLink.objects.create(
        version=version,
        name=name.strip()[:160],
        code_digest=queries.code_digest(code),
        expires_at=now + rules.GUEST_LASTS,
        by=by,
        at=now,
    )
    _record("piece.guest_invited", link, by.actor, now)
    return link, code


@transaction.atomic(durable=True)
def close_guest_link(*, link: GuestLink, by: Member, now: datetime) -> GuestLink:
    """Close a link before it expires."""
    link = queries.get_guest_link(member=by, pk=link.pk, for_update=True)
    rules.check_may_invite(by, link.version.piece, now=now)
    if not rules.is_open(link, now=now):
        raise WrongState("Ese enlace ya no abre nada.")
    link.revoked_by, link.revoked_at = by, now
    link.save(update_fields=["revoked_by", "revoked_at"])
    _record("piece.guest_link_closed", link, by.actor, now)
    return link


@transaction.atomic(durable=True)
def answer_as_guest(*, entity: Entity, code: str, agrees: bool, text: str, now: datetime) -> GuestAnswer:
    """Store what a guest says of the version of their link: a note, or that they agree. Raises `NotFound`."""
    link = queries.guest_link(entity, code, now=now, for_update=True)
    last = last_version(link.version.piece)
    if last is None or last.pk != link.version_id:
        raise Conflict("Esta versión ya cambió: pide el enlace de la nueva a quien te invitó.")
    if not agrees and not text.strip():
        raise Refused("Escribe la nota.")
    answers = queries.answers_of(link)
    if agrees and any(answer.agrees for answer in answers):
        raise Conflict("Ya dijiste que estás de acuerdo.")
    if len(answers) >= rules.MOST_ANSWERS:
        raise Refused("Ya escribiste muchas notas: habla con quien te invitó.")
    answer = GuestAnswer.objects.create(link=link, agrees=agrees, text=text.strip()[:1000], at=now)
    guest = Actor(kind="guest", id=link.pk, name="Quien habla en la pieza, con un enlace")
    _record("piece.guest_agreed" if agrees else "piece.guest_noted", link, guest, now, text=answer.text)
    notify(
        members=[link.by],
        kind=f"piece.guest_answered:{answer.pk}",
        ref=link.version.piece.ref,
        title=f"{link.name} {'está de acuerdo con' if agrees else 'dejó una nota en'}: {link.version.piece.title}",
        path=approval_path(link.version.piece),
        now=now,
        why=answer.text,
    )
    return answer


def _record(event_type: str, link: GuestLink, actor: Actor, now: datetime, text: str = "") -> None:
    version = link.version
    record(
        entity_id=version.piece.entity_id,
        event_type=event_type,
        actor=actor,
        ref=version.piece.ref,
        at=now,
        related=[version.ref, link.ref],
        facts={"version": version.number, "digest": version.digest, "expires_at": link.expires_at.isoformat()},
        texts={"note": text},
    )
