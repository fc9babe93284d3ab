"""A publication's parts on one account, as the pages show them and as a person arranges them (rule 8)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pregonero.errors import Refused
from pregonero.networks.base import Connector, Post
from pregonero.publishing.models import Adaptation, Delivery
from pregonero.publishing.states import PUBLIC, REMOVED, STOPPED, WAITING
from pregonero.publishing.thread_splitting import split_text

ACTS = ("partir", "agregar", "quitar", "subir", "bajar")


@dataclass(frozen=True)
class Part:
    """What goes under an adaptation's text, in its place."""

    number: int  # as people count: the text itself is the first
    text: str
    count: int
    limit: int
    delivery: Delivery | None

    @property
    def is_fixed(self) -> bool:
        """Return whether it can no longer be changed: it is out, or being sent or found out."""
        return is_fixed(self.delivery)


def parts_of(adaptation: Adaptation, network: Connector, thread: Sequence[Delivery]) -> tuple[Part, ...]:
    """Return what goes under an adaptation's text, as it is in memory, with its deliveries when it has them."""
    limit = network.capabilities.limits["text"].value
    by_position = {delivery.position: delivery for delivery in thread}
    return tuple(
        Part(position + 1, text, network.measure(text), limit, by_position.get(position))
        for position, text in enumerate(adaptation.parts, start=1)
    )


def is_fixed(delivery: Delivery | None) -> bool:
    """Return whether what a delivery says can no longer be changed."""
    return delivery is not None and delivery.state not in (*WAITING, *STOPPED)


def threads_in(deliveries: Iterable[Delivery]) -> list[list[Delivery]]:
    """Return deliveries by publication and account, each thread in its order."""
    threads: dict[tuple[int, int], list[Delivery]] = {}
    for delivery in deliveries:
        threads.setdefault((delivery.publication_id, delivery.account_id), []).append(delivery)
    return [sorted(thread, key=lambda each: each.position) for thread in threads.values()]


def speaks_for(thread: Sequence[Delivery]) -> Delivery:
    """Return the delivery where a thread stands: the first that is not out, or the last; parts taken away apart."""
    going = [each for each in thread if each.reason_code != REMOVED] or list(thread)
    return next((each for each in going if each.state not in PUBLIC), going[-1])


def words_of(thread: Sequence[Delivery]) -> str:
    """Return how a publication fares on one account: "publicada", "2 de 5 publicadas, rechazada"."""
    standing = speaks_for(thread)
    said = str(standing.get_state_display())
    total = sum(each.reason_code != REMOVED for each in thread)
    if total < 2:  # noqa: PLR2004  one part is no thread
        return said
    out = sum(each.state in PUBLIC for each in thread)
    if not out:
        return f"{said}, {total} partes"
    if out == total:
        return f"publicada, {total} partes"
    return f"{out} de {total} publicadas" + (f", {said}" if standing.state not in WAITING else "")


def arranged(texts: Sequence[str], act: str, number: int, fixed: int, network: Connector) -> list[str]:
    """Return the texts of a thread after a person's act on part `number`; the first `fixed` can no longer change."""
    texts, at = list(texts), number - 1
    if act in ("quitar", "subir", "bajar") and not max(fixed, act == "quitar") <= at < len(texts):
        raise Refused("Esa parte ya no se puede cambiar.")
    if act == "partir":
        return _split_again(texts, fixed, network)
    if act == "agregar":
        return [*texts, ""]
    if act == "quitar":
        return texts[:at] + texts[at + 1 :]
    other = at - 1 if act == "subir" else at + 1
    if fixed <= other < len(texts):
        texts[at], texts[other] = texts[other], texts[at]
    return texts


def _split_again(texts: list[str], fixed: int, network: Connector) -> list[str]:
    fits = _fits(network)
    return [
        piece
        for at, text in enumerate(texts)
        for piece in ([text] if at < fixed or fits(text) else split_text(text, fits))
    ]


def _fits(network: Connector) -> Callable[[str], bool]:
    """Return the network's own judgement of whether a text is too long."""
    return lambda text: not any(issue.key == "too_long" for issue in network.check(Post(text)))
