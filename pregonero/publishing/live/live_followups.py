"""The live events that come from a need, a campaign or a news item, as the pages of the newsroom show them."""

from pregonero.newsroom.followups import LiveFollowup
from pregonero.people.models import Entity
from pregonero.publishing.live.live_models import LiveState
from pregonero.publishing.live.queries import events_from
from pregonero.records.actions import ObjectRef

TINTS = {
    LiveState.PLANNED: "wait",
    LiveState.READY: "ok",
    LiveState.LIVE: "bad",
    LiveState.ENDED: "ok",
    LiveState.CANCELLED: "hold",
}


def live_events_of(entity: Entity, ref: ObjectRef) -> list[LiveFollowup]:
    """Return the live events that come from an object."""
    return [
        LiveFollowup(
            event.title,
            event.starts_at,
            TINTS[LiveState(event.state)],
            event.get_state_display(),
            event.get_absolute_url(),
        )
        for event in events_from(entity, [ref])
    ]
