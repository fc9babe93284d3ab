"""What is read of the records: the events of a thing, the state of the chain, and whether it is whole."""

from pregonero.records.queries.events import (
    ChainState,
    chain_state,
    entities_with_events,
    entities_with_pending,
    events_of,
    wordings_of,
)
from pregonero.records.queries.problems import Problem
from pregonero.records.queries.verification import ChainCheck, Verification, verify

__all__ = [
    "ChainCheck",
    "ChainState",
    "Problem",
    "Verification",
    "chain_state",
    "entities_with_events",
    "entities_with_pending",
    "events_of",
    "verify",
    "wordings_of",
]
