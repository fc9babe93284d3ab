"""The filters of the calendar, which its address keeps: network, state, person and kind of source."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from pregonero.networks.models import Account
from pregonero.publishing.live.live_models import LiveEvent
from pregonero.publishing.live.queries import accounts_in
from pregonero.publishing.queries.calendar_entries import Entry


def _has_tint(*tints: str) -> Callable[[Entry], bool]:
    return lambda entry: any(state.tint in tints for state in entry.states.values())


STATE_FILTERS: Mapping[str, tuple[str, Callable[[Entry], bool]]] = {
    "por-salir": ("Por salir", _has_tint("", "wait")),
    "publicadas": ("Publicadas", _has_tint("ok")),
    "no-salieron": ("No salieron", _has_tint("bad")),
    "en-pausa": ("En pausa o canceladas", _has_tint("hold")),
    "cercanas": ("Cerca de otra o de tema repetido", lambda entry: bool(entry.problem)),
}


@dataclass(frozen=True)
class Filters:
    """What the calendar shows; an empty value shows everything."""

    network: str = ""
    state: str = ""
    person: int | None = None
    kind: str = ""

    @property
    def query(self) -> str:
        """Return the filters as the query string of an address: "?red=x", or an empty string."""
        values = {"red": self.network, "estado": self.state, "persona": self.person, "tipo": self.kind}
        used = {name: value for name, value in values.items() if value}
        return f"?{urlencode(used)}" if used else ""

    @property
    def hides_publications(self) -> bool:
        """Return whether a time without publications may have some that are not shown."""
        return bool(self.state or self.person or self.kind)

    def accounts(self, accounts: Iterable[Account]) -> tuple[Account, ...]:
        """Return the accounts that are shown."""
        return tuple(account for account in accounts if self.network in {"", account.network})

    def entries(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the entries that are shown, each with the accounts that are shown."""
        return [entry for entry in map(self._of_network, entries) if self._matches(entry)]

    def live_events(self, events: Sequence[LiveEvent]) -> list[LiveEvent]:
        """Return the live events that are shown: none among publications of one state or kind of source."""
        if self.state or self.kind:
            return []
        accounts = accounts_in(events)
        return [
            event
            for event in events
            if self.person in {None, event.responsible_id}
            and (not self.network or any(account.network == self.network for account in accounts[event.pk]))
        ]

    def _of_network(self, entry: Entry) -> Entry:
        if not self.network:
            return entry
        states = {pk: state for pk, state in entry.states.items() if state.account.network == self.network}
        return replace(entry, states=states)

    def _matches(self, entry: Entry) -> bool:
        publication = entry.publication
        people = {publication.created_by_id, publication.edited_by_id}
        return (
            bool(entry.states)
            and (not self.state or STATE_FILTERS[self.state][1](entry))
            and (self.person is None or self.person in people)
            and self.kind in {"", publication.source_kind}
        )
