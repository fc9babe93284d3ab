"""What the packet of a petition says, and its ZIP: texts, capture, legal date, and the seal of its record (Q-5)."""

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from pregonero.inbox import queries
from pregonero.inbox.models import Answer, Message, Petition
from pregonero.inbox.packets.capture import draw_pdf, draw_pictures, printable
from pregonero.inbox.petition_clock import TERMS, Count, PetitionKind
from pregonero.inbox.petitions import FEATURES, count_of
from pregonero.records.models import Event
from pregonero.records.proof import proof_of_event

FORMAT = "pregonero.peticion/1"
NO_WORDS = "(sin texto)"


def petition_data(petition: Petition) -> dict[str, Any]:
    """Return a petition as JSON values: what was asked, where, when, by whom, and until when it is answered."""
    message, conversation = petition.message, petition.message.conversation
    return {
        "formato": FORMAT,
        "entidad": conversation.account.entity.name,
        "peticion": petition.pk,
        "radicado": petition.number,
        "clase": TERMS[PetitionKind(petition.kind)].label,
        "prioridad": petition.get_priority_display() if petition.priority else "",
        "rasgos": {label: petition.features.get(name, False) for name, label in FEATURES.items()},
        "red": conversation.account.get_network_display(),
        "cuenta": str(conversation.account),
        "direccion": message.url,
        "escrita": _moment(message.written_at),
        "texto": message.text,
        "huella": {"sha256": message.digest, "sal": message.salt},
        "persona": {
            "nombre": message.contact.name if message.contact else "",
            "usuario": message.contact.handle if message.contact else "",
            "contacto": petition.contact_given,
        },
        "fecha_legal": _legal_date(count_of(petition)),
        "conversacion": [_entry(entry) for entry in _thread(petition)],
    }


def _legal_date(count: Count) -> dict[str, Any]:
    return {
        "vence": count.due_on.isoformat() if count.due_on else None,
        "norma": count.norm,
        "nota": count.note,
        "dias": [{"dia": row.day.isoformat(), "numero": row.number, "nota": row.note} for row in count.rows],
    }


def _thread(petition: Petition) -> list[Message | Answer]:
    """Return what both wrote, in order. Internal notes and answers that did not go out are not part of it."""
    conversation = petition.message.conversation
    answers = [answer for answer in queries.answers_of(conversation, since=None) if answer.published_at]
    ours = {answer.remote_id for answer in answers}
    messages = [message for message in queries.messages_of(conversation) if message.remote_id not in ours]
    return sorted([*messages, *answers], key=_at)


def _at(entry: Message | Answer) -> datetime:
    return entry.written_at if isinstance(entry, Message) else entry.published_at or entry.at


def _entry(entry: Message | Answer) -> dict[str, Any]:
    is_ours = isinstance(entry, Answer) or entry.is_ours
    return {
        "de": "la entidad" if is_ours else str(entry.contact),  # type: ignore[union-attr]
        "fecha": _moment(_at(entry)),
        "texto": entry.text,
        "direccion": entry.url,
        "editado": _moment(entry.edited_at) if isinstance(entry, Message) and entry.edited_at else None,
        "borrado": _moment(entry.deleted_at) if isinstance(entry, Message) and entry.deleted_at else None,
    }


def _moment(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def capture_data(petition: Petition, data: dict[str, Any]) -> dict[str, Any]:
    """Return what the template of the capture draws."""
    thread = zip(_thread(petition), data["conversacion"], strict=True)
    due = data["fecha_legal"]["vence"]
    facts = [
        ("Red y cuenta", f"{data['red']}, {data['cuenta']}"),
        ("Quién escribe", " · ".join(filter(None, data["persona"].values())) or "Sin nombre"),
        ("Cuándo", data["escrita"]),
        ("Dirección", data["direccion"] or "La red no da una dirección"),
        ("Clase", data["clase"]),
        ("Fecha legal", f"{due or 'No corre'} ({data['fecha_legal']['norma']})"),
        ("Huella del texto", data["huella"]["sha256"]),
    ]
    return {
        "timestamp": int(petition.message.written_at.timestamp()),
        "title": f"Petición {petition.number or petition.pk} en {data['red']}",
        "lead": data["entidad"],
        "footer": "Representación de lo que guardó Pregonero; no es una fotografía de la red.",
        "facts": [[name, printable(value)] for name, value in facts],
        "thread": [
            {
                "who": printable(shown["de"]),
                "at": shown["fecha"],
                "text": printable(shown["texto"]),
                "empty": NO_WORDS,
                "is_petition": isinstance(entry, Message) and entry.pk == petition.message_id,
                "is_ours": shown["de"] == "la entidad",
                "notes": [f"{name} {shown[name]}" for name in ("editado", "borrado") if shown[name]],
            }
            for entry, shown in thread
        ],
    }


def proofs_of(petition: Petition) -> dict[str, bytes]:
    """Return the proofs that what the person wrote, and its handing over, are in the records; none until sealed."""
    events = {
        "prueba-mensaje.json": Event.objects.filter(
            ref=petition.message.ref.reference,
            event_type__in=("message.received", "message.edited"),
            facts__digest=petition.message.digest,
        ),
        "prueba-peticion.json": Event.objects.filter(ref=petition.ref.reference, event_type="petition.opened"),
    }
    found = {name: _latest_proof(events, petition.entity_id) for name, events in events.items()}
    return {name: json.dumps(proof, indent=1).encode() for name, proof in found.items() if proof is not None}


def _latest_proof(events: QuerySet[Event], entity_id: int) -> dict[str, Any] | None:
    event = events.filter(entity_id=entity_id).order_by("-pk").first()
    return proof_of_event(event) if event is not None else None


def packet_of(petition: Petition) -> bytes:
    """Return the packet as a ZIP; the same petition in the same state gives the same bytes."""
    data = petition_data(petition)
    drawn = capture_data(petition, data)
    files = {
        "peticion.json": json.dumps(data, ensure_ascii=False, indent=1).encode(),
        "peticion.txt": f"{data['texto']}\n".encode(),
        "captura.pdf": draw_pdf(drawn),
        **proofs_of(petition),
        **{f"captura-{number}.png": page for number, page in enumerate(draw_pictures(drawn), start=1)},
    }
    written = timezone.localtime(petition.message.written_at)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, written.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def file_in(content: bytes, name: str) -> bytes | None:
    """Return a file of a packet, or None when it has none of that name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name) if name in archive.namelist() else None
