"""What can be wrong with the records, each in a sentence for whoever must look into it."""

from dataclasses import dataclass

from pregonero.records.models import Batch, Event, EventText, Leaf, Pending


@dataclass(frozen=True)
class Problem:
    """The first thing that fails: a stable `code`, where it stands, and what differs, in Spanish."""

    code: str
    sentence: str
    entity_id: int | None = None
    batch: int | None = None
    event_id: int | None = None


class Broken(Exception):
    """The check of the records stops here."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


def batch_missing(batch: Batch, expected: int) -> Broken:
    """Say that a batch between others is not there."""
    sentence = f"Falta el lote {expected}: en su lugar está el {batch.number}."
    return Broken(Problem("batch_missing", sentence, batch.entity_id, expected))


def batch_unlinked(batch: Batch) -> Broken:
    """Say that a batch does not name the head before it."""
    sentence = f"El lote {batch.number} no enlaza con el anterior: nombra otra cabeza."
    return _in_batch("batch_unlinked", batch, sentence)


def batch_total(batch: Batch, total: int) -> Broken:
    """Say that a batch counts other events than its chain has."""
    sentence = f"El lote {batch.number} dice que hasta él hay {batch.total} registros, y hay {total}."
    return _in_batch("batch_total", batch, sentence)


def batch_root(batch: Batch) -> Broken:
    """Say that a batch's root is not that of its events."""
    return _in_batch("batch_root", batch, f"La raíz del lote {batch.number} no es la de sus registros.")


def batch_head(batch: Batch) -> Broken:
    """Say that a batch's head is not that of its row."""
    return _in_batch("batch_head", batch, f"La cabeza del lote {batch.number} no es la de su contenido.")


def leaf_missing(batch: Batch, index: int) -> Broken:
    """Say that a place of a batch is empty."""
    return _in_batch("leaf_missing", batch, f"Falta la hoja {index} del lote {batch.number}.")


def leaf_left_over(leaf: Leaf) -> Broken:
    """Say that a leaf stands where no batch has a place for it."""
    sentence = f"Sobra la hoja {leaf.index} del lote {leaf.batch} (registro {leaf.event_id}): nadie la cuenta."
    return _in_leaf("leaf_left_over", leaf, sentence)


def leaf_out_of_order(leaf: Leaf) -> Broken:
    """Say that a leaf's event should come before the one that precedes it."""
    sentence = f"El registro {leaf.event_id} está fuera de orden: hoja {leaf.index} del lote {leaf.batch}."
    return _in_leaf("leaf_out_of_order", leaf, sentence)


def event_missing(leaf: Leaf) -> Broken:
    """Say that a sealed event is not there."""
    sentence = f"Falta el registro {leaf.event_id}, que el lote {leaf.batch} selló en su hoja {leaf.index}."
    return _in_leaf("event_missing", leaf, sentence)


def event_changed(leaf: Leaf) -> Broken:
    """Say that a sealed event reads otherwise now."""
    sentence = (
        f"El registro {leaf.event_id} (lote {leaf.batch}, hoja {leaf.index}) no coincide con su sello: "
        "algo cambió después de sellarlo."
    )
    return _in_leaf("event_changed", leaf, sentence)


def event_unsealed(event: Event) -> Broken:
    """Say that an event is neither sealed nor waiting."""
    return _in_event("event_unsealed", event, f"El registro {event.pk} no está sellado ni espera su sello.")


def event_unsealable(event: Event) -> Broken:
    """Say that a waiting event holds what cannot be sealed."""
    return _in_event("event_unsealable", event, f"El registro {event.pk} espera su sello con datos imposibles.")


def pending_twice(pending: Pending) -> Broken:
    """Say that an event is sealed and waits again."""
    sentence = f"El registro {pending.event_id} ya está sellado y espera otro sello."
    return Broken(Problem("pending_twice", sentence, pending.entity_id, None, pending.event_id))


def pending_of_nothing(pending: Pending) -> Broken:
    """Say that what waits to be sealed is not there."""
    sentence = f"Falta el registro {pending.event_id}, que esperaba su sello."
    return Broken(Problem("pending_of_nothing", sentence, pending.entity_id, None, pending.event_id))


def text_missing(event: Event, field: str) -> Broken:
    """Say that words are gone without a record of their erasure."""
    sentence = f"Falta el texto «{field}» del registro {event.pk} y ningún registro dice que se borró."
    return _in_event("text_missing", event, sentence)


def text_changed(event: Event, field: str) -> Broken:
    """Say that words read otherwise now."""
    sentence = f"El texto «{field}» del registro {event.pk} no coincide con su huella."
    return _in_event("text_changed", event, sentence)


def text_uncalled_for(event: Event, field: str) -> Broken:
    """Say that words hang from an event that does not name them."""
    sentence = f"El registro {event.pk} no nombra el texto «{field}» que cuelga de él."
    return _in_event("text_uncalled_for", event, sentence)


def text_of_nothing(wording: EventText) -> Broken:
    """Say that words hang from an event that is not there."""
    sentence = f"El texto «{wording.field}» cuelga del registro {wording.event_id}, que no existe."
    return Broken(Problem("text_of_nothing", sentence, None, None, wording.event_id))


def noted_head_missing(head: str) -> Broken:
    """Say that a head noted down outside is in no chain."""
    sentence = f"La cabeza anotada {head} no está en la cadena: se quitaron lotes o la cadena es otra."
    return Broken(Problem("noted_head_missing", sentence))


def _in_batch(code: str, batch: Batch, sentence: str) -> Broken:
    return Broken(Problem(code, sentence, batch.entity_id, batch.number))


def _in_leaf(code: str, leaf: Leaf, sentence: str) -> Broken:
    return Broken(Problem(code, sentence, leaf.entity_id, leaf.batch, leaf.event_id))


def _in_event(code: str, event: Event, sentence: str) -> Broken:
    return Broken(Problem(code, sentence, event.entity_id, None, event.pk))
