"""Results of commit calls, as a worker would store them: for tests that decide what the network answered."""

from datetime import datetime

from pregonero.networks.base import NetworkError, Permanent, Published, Unknown
from pregonero.outbox.actions.outcomes import record_outcomes
from pregonero.outbox.models import Outcome
from pregonero.outbox.send_job import SendJob, SendResult
from pregonero.outbox.sender import make_public, store_results


def send_delivery(job: SendJob) -> None:
    """Make the commit call of a job and store its result."""
    store_results([make_public(job)])


def settle_published(*, job: SendJob, published: Published, now: datetime) -> None:
    """Store that the network published it."""
    record_outcomes(results=[SendResult(job, Outcome.PUBLISHED, published=published)], now=now)


def settle_rejected(*, job: SendJob, error: Permanent, now: datetime) -> None:
    """Store that the network refused it for good."""
    record_outcomes(results=[SendResult(job, Outcome.REJECTED, error=error)], now=now)


def settle_deferred(*, job: SendJob, error: NetworkError, now: datetime) -> None:
    """Store that the network took nothing for now."""
    record_outcomes(results=[SendResult(job, Outcome.DEFERRED, error=error)], now=now)


def settle_uncertain(*, job: SendJob, code: str, reason: str, now: datetime) -> None:
    """Store that nobody knows yet whether the network took it."""
    record_outcomes(results=[SendResult(job, Outcome.UNCERTAIN, error=Unknown(reason, code=code))], now=now)
