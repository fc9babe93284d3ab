"""What the verification can find wrong in the records, with a sentence in Spanish for each problem."""

from dataclasses import dataclass

from pregonero.records.models import Batch, Event, EventText, Leaf, Pending

Row = Batch | Event | EventText | Leaf | Pending

# By code; `row` is the row at fault, the other names are given with it.
SENTENCES = {
    "batch_missing": "Falta el lote {row.number}: en su lugar está el {found}.",
    "batch_unlinked": "El lote {row.number} no enlaza con el anterior: nombra otra cabeza.",
    "batch_total": "El lote {row.number} dice que hasta él hay {row.total} registros, y hay {total}.",
    "batch_root": "La raíz del lote {row.number} no es la de sus registros.",
    "batch_head": "La cabeza del lote {row.number} no es la de su contenido.",
    "leaf_missing": "Falta la hoja {index} del lote {row.number}.",
    "leaf_unexpected": "Sobra la hoja {row.index} del lote {row.batch} (registro {row.event_id}): "
    "ningún lote la cuenta.",
    "leaf_out_of_order": "El registro {row.event_id} está fuera de orden: hoja {row.index} del lote {row.batch}.",
    "event_missing": "Falta el registro {row.event_id}, que el lote {row.batch} guarda en su hoja {row.index}.",
    "event_changed": "El registro {row.event_id} (lote {row.batch}, hoja {row.index}) no dice lo mismo que cuando "
    "se guardó: algo cambió después.",
    "event_unsealed": "El registro {row.pk} no está en ningún lote ni espera uno.",
    "event_unsealable": "El registro {row.pk} espera su lote con datos imposibles.",
    "pending_sealed": "El registro {row.event_id} ya está en un lote y espera otro.",
    "pending_orphaned": "Falta el registro {row.event_id}, que esperaba su lote.",
    "text_missing": "Falta el texto «{field}» del registro {row.pk} y ningún registro dice que se borró.",
    "text_changed": "El texto «{field}» del registro {row.pk} no coincide con su huella.",
    "text_unexpected": "El registro {row.pk} no nombra el texto «{field}» que está guardado con él.",
    "text_orphaned": "El texto «{row.field}» es del registro {row.event_id}, que no existe.",
    "noted_head_missing": "La cabeza anotada {head} no está en la cadena: se quitaron lotes o la cadena es otra.",
}


@dataclass(frozen=True)
class Problem:
    """A problem of the records: its code in `SENTENCES`, the sentence, and the entity, batch and event at fault."""

    code: str
    sentence: str
    entity_id: int | None = None
    batch: int | None = None
    event_id: int | None = None


class RecordsDamaged(Exception):
    """The verification found a problem in a row."""

    def __init__(self, code: str, row: Row | None = None, **details: object) -> None:
        self.problem = Problem(code, SENTENCES[code].format(row=row, **details), *_location(row))
        super().__init__(self.problem.sentence)


def _location(row: Row | None) -> tuple[int | None, int | None, int | None]:
    """Return the row's entity, batch number and event."""
    match row:
        case None:
            return None, None, None
        case Batch():
            return row.entity_id, row.number, None
        case Leaf():
            return row.entity_id, row.batch, row.event_id
        case Event():
            return row.entity_id, None, row.pk
        case Pending():
            return row.entity_id, None, row.event_id
        case EventText():
            return None, None, row.event_id
