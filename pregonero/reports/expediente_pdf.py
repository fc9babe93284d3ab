"""The expediente of a publication as PDF/A-2b, from what its page shows, with the checkpoint that answers for it."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone

from pregonero.inbox.packets.capture import fonts, printable
from pregonero.records.models import Checkpoint
from pregonero.reports.queries import Expediente

TEMPLATE = Path(__file__).with_name("expediente.typ")
FORM = "Formato propuesto por Pregonero. Código: ____________ (oficina de calidad)"
HOW = (
    "Cada registro está sellado en la cadena de la entidad. Con el archivo de prueba de este expediente y "
    "check_records.py cualquiera comprueba, sin Pregonero, que cada registro está como se guardó. "
)


def draw_expediente(file: Expediente, *, checkpoint: Checkpoint | None, by: str, now: datetime) -> bytes:
    """Return the expediente as PDF/A."""
    data = _data(file, checkpoint, by, now)
    return bytes(
        typst.compile(
            TEMPLATE,
            root=TEMPLATE.parent,
            font_paths=fonts(),
            format="pdf",
            pdf_standards="a-2b",
            sys_inputs={"data": json.dumps(data)},
            timestamp=int(now.timestamp()),
        )
    )


def _data(file: Expediente, checkpoint: Checkpoint | None, by: str, now: datetime) -> dict[str, Any]:
    publication, status = file.publication, file.seal_status
    sealed = f"{status.verified} registros verificados, {status.pending} por sellar"
    changed = f". Cambiaron después de sellarse: {', '.join(map(str, status.changed))}" if status.changed else ""
    return {
        "form": FORM,
        "title": printable(publication.title),
        "lead": f"Expediente {publication.number}. {publication.entity.name}. {file.situation[1].capitalize()}.",
        "footer": f"Expediente {publication.number}, hecho por {by} el {_moment(now)}. Horas de Bogotá.",
        "facts": [[name, printable(value)] for name, value in _facts(file) if value],
        "ways": [_way(way) for way in file.accounts],
        "records": [_record(line) for line in file.lines],
        "proof": f"{HOW}{sealed}{changed}.",
        "note": checkpoint.note if checkpoint else "",
    }


def _facts(file: Expediente) -> list[tuple[str, str]]:
    publication = file.publication
    return [
        ("De dónde viene", publication.source_name),
        ("Por qué se publica", publication.why),
        ("Tema", publication.theme),
        ("Enlace", publication.link),
        ("Programada para", _moment(publication.due_at)),
        ("Publicada", _moment(file.published_at)),
        ("Preparada por", publication.created_by.name),
        ("Interacción", file.interaction_label if file.conversations else "Sin interacción hasta ahora"),
    ]


def _way(way: Any) -> dict[str, str]:
    return {
        "account": str(way.adaptation.account),
        "state": f"{way.word} {_moment(way.delivery.published_at) if way.delivery else ''}".strip(),
        "text": printable("\n\n".join(str(part.payload.get("text", "")) for part in way.thread) or way.adaptation.text),
        "address": way.first.url if way.first else "",
    }


def _record(line: Any) -> list[str]:
    event = line.event
    detail = " ".join(part for part in (line.minute, line.undone_label, line.why) if part)
    return [str(event.pk), _moment(event.at), event.type_label, str(event.actor.get("name", "")), printable(detail)]


def _moment(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%d/%m/%Y %H:%M:%S") if moment else ""
