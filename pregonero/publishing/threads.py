"""Threads: the posts that a publication makes on one account, one under the other (rule 8)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pregonero.errors import Refused
from pregonero.networks.base import Connector, Post
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import PUBLIC, REMOVED, STOPPED, WAITING
from pregonero.publishing.models import Adaptation
from pregonero.publishing.thread_splitting import split_text


@dataclass(frozen=True)
class Part:
    """A part of a thread after the first text, with its delivery if it is scheduled."""

    number: int  # counted from 1; the first text is 1
    text: str
    count: int
    limit: int
    delivery: Delivery | None

    @property
    def is_fixed(self) -> bool:
        """Return whether it can no longer change."""
        return is_fixed(self.delivery)


def parts_of(adaptation: Adaptation, network: Connector, thread: Sequence[Delivery]) -> tuple[Part, ...]:
    """Return the parts after an adaptation's text, with their deliveries if they are scheduled."""
    limit = network.capabilities.limits["text"].value
    by_position = {delivery.position: delivery for delivery in thread}
    return tuple(
        Part(position + 1, text, network.measure(text), limit, by_position.get(position))
        for position, text in enumerate(adaptation.parts, start=1)
    )


def is_fixed(delivery: Delivery | None) -> bool:
    """Return whether a delivery's text can no longer change: it is public, or it is or may be being sent."""
    return delivery is not None and delivery.state not in (*WAITING, *STOPPED)


def threads_in(deliveries: Iterable[Delivery]) -> list[list[Delivery]]:
    """Group deliveries by publication and account, each group in the order of its parts."""
    threads: dict[tuple[int, int], list[Delivery]] = {}
    for delivery in deliveries:
        threads.setdefault((delivery.subject_id, delivery.account_id), []).append(delivery)
    return [sorted(thread, key=lambda delivery: delivery.position) for thread in threads.values()]


def current_delivery(thread: Sequence[Delivery]) -> Delivery:
    """Return the delivery that shows how far a thread is: the first that is not public, or the last.

    Parts that a person removed from the thread do not count.
    """
    deliveries = [delivery for delivery in thread if delivery.reason_code != REMOVED] or list(thread)
    return next((delivery for delivery in deliveries if delivery.state not in PUBLIC), deliveries[-1])


def thread_label(thread: Sequence[Delivery]) -> str:
    """Return the state of a thread in Spanish: "publicada", "2 de 5 publicadas, rechazada"."""
    current = current_delivery(thread)
    state = str(current.get_state_display())
    total = sum(delivery.reason_code != REMOVED for delivery in thread)
    if total < 2:  # noqa: PLR2004  a single post is not a thread
        return state
    published = sum(delivery.state in PUBLIC for delivery in thread)
    if not published:
        return f"{state}, {total} partes"
    if published == total:
        return f"publicada, {total} partes"
    return f"{published} de {total} publicadas" + (f", {state}" if current.state not in WAITING else "")


@dataclass(frozen=True)
class DraftThread:
    """The texts that an account will publish one under the other, as a person is writing them.

    The first `fixed` are public or being sent and cannot change. Each method returns the texts after the change.
    """

    texts: tuple[str, ...]
    fixed: int
    network: Connector

    def split(self) -> list[str]:
        """Split the texts that are too long for the network."""
        fits = _fits(self.network)
        return [
            piece
            for index, text in enumerate(self.texts)
            for piece in ([text] if index < self.fixed or fits(text) else split_text(text, fits))
        ]

    def with_new_part(self) -> list[str]:
        """Add an empty part at the end."""
        return [*self.texts, ""]

    def without_part(self, number: int) -> list[str]:
        """Remove a part, counted from 1. The first text stays: without it there is no thread."""
        index = self._index(number, first=max(self.fixed, 1))
        return [*self.texts[:index], *self.texts[index + 1 :]]

    def with_part_moved(self, number: int, step: int) -> list[str]:
        """Swap a part, counted from 1, with its neighbour `step` places away, unless that one is fixed or missing."""
        index, texts = self._index(number, first=self.fixed), list(self.texts)
        other = index + step
        if self.fixed <= other < len(texts):
            texts[index], texts[other] = texts[other], texts[index]
        return texts

    def _index(self, number: int, *, first: int) -> int:
        index = number - 1
        if not first <= index < len(self.texts):
            raise Refused("Esa parte ya no se puede cambiar.")
        return index


def _fits(network: Connector) -> Callable[[str], bool]:
    """Return a function that tells whether a text is within the network's length limit."""
    return lambda text: not any(issue.key == "too_long" for issue in network.check(Post(text)))
