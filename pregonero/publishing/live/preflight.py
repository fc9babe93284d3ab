"""The pre-flight list of a live event: its items, what is known of each one, and what is missing (P-7, YT-5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pregonero.publishing.live.live_models import FRESH_FOR, Broadcast, LiveEvent, PreflightCheck, PreflightItem

ORIGINS = {PreflightItem.CHAT_HELD: "del procedimiento", PreflightItem.ACCESS: "de ley"}
OURS = "decisión nuestra: no detiene nada"
HELP = {
    PreflightItem.CHAT_HELD: "En YouTube Studio, en la transmisión: Editar, Chat en vivo, «Dejar en espera los "
    "mensajes de chat potencialmente inapropiados». Necesita una captura de la casilla.",
    PreflightItem.ACCESS: "Si no habrá, escribe por qué: queda con tu nombre.",
    PreflightItem.SIGNAL: "Que se vea y se oiga bien desde donde se transmite.",
    PreflightItem.MODERATORS: "Quién lee el chat mientras dura, y quién lo reemplaza.",
}


@dataclass(frozen=True)
class PreflightLine:
    """An item of the list of an event, with its latest check. The chat's is of one broadcast."""

    item: PreflightItem
    broadcast: Broadcast | None
    check: PreflightCheck | None
    is_stale: bool  # it was checked too long before the event

    @property
    def account_id(self) -> int:
        """Return the account in its address; 0 for an item of the whole event."""
        return self.broadcast.account_id if self.broadcast else 0

    @property
    def name(self) -> str:
        """Return what it is called, with its account."""
        return f"{self.item.label}, en {self.broadcast.account}" if self.broadcast else str(self.item.label)

    @property
    def origin(self) -> str:
        """Return who asks for it, in Spanish."""
        return ORIGINS.get(self.item, OURS)

    @property
    def help(self) -> str:
        """Return where it is looked at."""
        return HELP[self.item]

    @property
    def blocks(self) -> bool:
        """Return whether the list does not close without it."""
        return self.item in ORIGINS

    @property
    def is_done(self) -> bool:
        """Return whether the check stands: the chat's must be met, the others answered."""
        if self.check is None or self.is_stale:
            return False
        return self.check.is_met or self.item != PreflightItem.CHAT_HELD

    @property
    def why_missing(self) -> str:
        """Return in Spanish why the item is not done; an empty string if it is."""
        if self.is_done:
            return ""
        if self.check is None:
            return "nadie lo ha revisado"
        if self.is_stale:
            return "se revisó más de 24 horas antes: hay que mirarlo de nuevo"
        return f"no se cumple: {self.check.seen}"


def preflight_of(
    event: LiveEvent, broadcasts: Sequence[Broadcast], checks: Sequence[PreflightCheck], *, at: datetime | None = None
) -> list[PreflightLine]:
    """Return the list of an event as its checks stand for going live at a moment, by default its planned one."""
    moment = max(event.starts_at, at) if at else event.starts_at
    with_chat = [one for one in broadcasts if one.has_chat]
    targets: list[tuple[PreflightItem, Broadcast | None]] = [(PreflightItem.CHAT_HELD, one) for one in with_chat]
    targets += [(PreflightItem.ACCESS, None), (PreflightItem.SIGNAL, None)]
    if with_chat:
        targets.append((PreflightItem.MODERATORS, None))
    lines = []
    for item, broadcast in targets:
        check = _latest(checks, item, broadcast)
        is_stale = check is not None and check.observed_at < moment - FRESH_FOR
        lines.append(PreflightLine(item, broadcast, check, is_stale))
    return lines


def _latest(
    checks: Sequence[PreflightCheck], item: PreflightItem, broadcast: Broadcast | None
) -> PreflightCheck | None:
    """Return the check that looked last, whenever it was stored."""
    of_item = [one for one in checks if one.item == item and one.broadcast_id == (broadcast.pk if broadcast else None)]
    return max(of_item, key=lambda one: (one.observed_at, one.pk), default=None)


def missing(lines: Sequence[PreflightLine]) -> list[PreflightLine]:
    """Return the items without which the list does not close."""
    return [line for line in lines if line.blocks and not line.is_done]


def missing_sentence(lines: Sequence[PreflightLine]) -> str:
    """Return in Spanish which items are missing, and why."""
    return "; ".join(f"«{line.name}» ({line.why_missing})" for line in lines)
