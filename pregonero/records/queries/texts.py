"""Whether people's words still match the digests that the events keep, or were erased with a record (N-7)."""

from collections.abc import Iterable

from pregonero.records import canonical_body
from pregonero.records.actions import ObjectRef
from pregonero.records.models import Event, EventText
from pregonero.records.queries import problems


class Texts:
    """The words of a few thousand events, and which of them a record says were erased; two queries."""

    def __init__(self, events: Iterable[Event]) -> None:
        events = list(events)
        self._words: dict[int, dict[str, EventText]] = {}
        for wording in EventText.objects.filter(event_id__in=[event.pk for event in events]):
            self._words.setdefault(wording.event_id, {})[wording.field] = wording
        self._erased = _erasures_of([event for event in events if self._lacks_words(event)])

    def check(self, event: Event) -> None:
        """Raise `Broken` when a text of the event is not what it was, is missing, or should not be there."""
        words = self._words.get(event.pk, {})
        for field in sorted(_fields_of(event) | words.keys()):
            self._check_field(event, field, words.get(field))

    def _check_field(self, event: Event, field: str, wording: EventText | None) -> None:
        if wording is None:
            if (event.entity_id, event.pk, field) not in self._erased:
                raise problems.text_missing(event, field)
        elif field not in _fields_of(event):
            raise problems.text_uncalled_for(event, field)
        elif canonical_body.digest_of_words(wording.salt, wording.text) != event.digests[field]:
            raise problems.text_changed(event, field)

    def _lacks_words(self, event: Event) -> bool:
        return not _fields_of(event) <= self._words.get(event.pk, {}).keys()


def _erasures_of(events: list[Event]) -> set[tuple[int, int, object]]:
    if not events:
        return set()
    pk_of = {ObjectRef("record", event.pk).reference: event.pk for event in events}
    erasures = Event.objects.filter(event_type="wording.erased", ref__in=pk_of)
    return {
        (erasure.entity_id, pk_of[erasure.ref], erasure.facts.get("field"))
        for erasure in erasures
        if isinstance(erasure.facts, dict)
    }


def _fields_of(event: Event) -> set[str]:
    # A damaged row may hold anything; its digest gives it away, once it has been read.
    return set(event.digests) if isinstance(event.digests, dict) else set()
