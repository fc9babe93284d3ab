"""Everything that is looked at, in order."""

from pregonero.health import deliveries, system
from pregonero.health.result import Finding


def examine(*, requeue: bool = False, entity_id: int | None = None) -> list[Finding]:
    """Return every finding, of one entity's deliveries or of all; with `requeue`, rebuild the queue first."""
    findings = [deliveries.rebuild_queue()] if requeue else []
    findings += [look() for look in system.LOOKS]
    return findings + [look(entity_id) for look in deliveries.LOOKS]
