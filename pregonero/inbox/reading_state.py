"""How far behind each account is, how what people write arrives, and what is lost without a public address (Q-1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pregonero.inbox import queries
from pregonero.inbox.models import HubSubscription, LiveConnection, Stream
from pregonero.networks.interactions import Stream as OfferedStream
from pregonero.networks.models import Account
from pregonero.networks.registry import connector, interaction_reader
from pregonero.networks.websub import has_public_address
from pregonero.people.models import Entity

LATE_AFTER_READINGS = 5  # missed in a row
LATE_AFTER = timedelta(minutes=10)
POLLING_ONLY = (
    "Esta instalación no tiene una dirección pública: lo que la gente escribe se consulta cada uno o dos minutos."
)
POLLING_LOSSES = (
    "Lo que alguien borra en su red se sigue viendo aquí: sin avisos no se sabe que lo borró.",
    "En YouTube, una respuesta nueva en un hilo que ya no está entre los cien últimos no llega.",
    "En X también se consulta, salvo que su aplicación tenga ficha propia: con ella llega al momento.",
)


@dataclass(frozen=True)
class ListReading:
    """How far one list of an account was read: when, how it arrives, and why it is behind."""

    stream: Stream
    label: str
    how: str
    is_late: bool

    @property
    def needs_review(self) -> bool:
        """Return whether somebody must look at it; one failed reading is tried again by itself."""
        return self.is_late or (bool(self.stream.problem) and self.stream.failures != 1)

    @property
    def sentence(self) -> str:
        """Return what a person reads about it, in Spanish."""
        if self.stream.problem:
            return f"{self.label}: {self.stream.problem}"
        if self.stream.read_at is None:
            return f"{self.label}: todavía no se ha leído."
        return f"{self.label}: {'está atrasada. ' if self.is_late else ''}{self.how}"


def list_readings(entity: Entity, *, now: datetime) -> list[ListReading]:
    """Return how far each list of the entity's accounts was read, those that are behind first."""
    streams = queries.streams_of(entity)
    live = {
        (connection.application.network, connection.application.server): connection
        for connection in LiveConnection.objects.filter(application__entity=entity).select_related("application")
    }
    hubs = {hub.account_id: hub for hub in HubSubscription.objects.filter(account__entity=entity)}
    readings = [_reading(stream, live, hubs, now) for stream in streams]
    return sorted(readings, key=lambda reading: not reading.needs_review)


def late_readings(entity: Entity, *, now: datetime) -> list[ListReading]:
    """Return the lists of the entity's accounts that are behind, or that their network refuses."""
    return [reading for reading in list_readings(entity, now=now) if reading.needs_review]


def never_read(accounts: Iterable[Account]) -> list[str]:
    """Return what people write to these accounts that their networks do not give us, in Spanish."""
    return list(dict.fromkeys(filter(None, (connector(one.network).capabilities.never_read for one in accounts))))


def polling_losses() -> tuple[str, ...]:
    """Return what an installation without a public address loses; nothing with one."""
    return () if has_public_address() else POLLING_LOSSES


def _reading(
    stream: Stream,
    live: dict[tuple[str, str], LiveConnection],
    hubs: dict[int, HubSubscription],
    now: datetime,
) -> ListReading:
    offered = _offered(stream)
    every = timedelta(seconds=offered.every_seconds if offered else 3_600)
    account = stream.account
    is_late = stream.read_at is not None and now - stream.read_at > max(every * LATE_AFTER_READINGS, LATE_AFTER)
    connection, hub = live.get((account.network, account.server)), hubs.get(account.pk)
    if connection is not None and connection.is_open(now):
        how = "Llega al momento, y además se consulta."
    elif connection is not None and connection.problem:
        how = f"Se consulta: {connection.problem}"
    elif hub is not None and hub.expires_at is not None and hub.expires_at > now:
        how = "La red avisa, y además se consulta."
    else:
        how = f"Se consulta cada {_minutes(every)}."
    return ListReading(stream, offered.label if offered else stream.name, how, is_late)


def _offered(stream: Stream) -> OfferedStream | None:
    streams = getattr(interaction_reader(stream.account.network), "streams", ())
    return next((offered for offered in streams if offered.name == stream.name), None)


def _minutes(every: timedelta) -> str:
    minutes = max(1, round(every.total_seconds() / 60))
    return "minuto" if minutes == 1 else f"{minutes} minutos"
