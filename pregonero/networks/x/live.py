"""X's filtered stream: what people write to our accounts, some seconds after they write it.

Read on 2026-11-30 at https://docs.x.com/x-api/posts/filtered-stream/introduction and
https://docs.x.com/x-api/fundamentals/handling-disconnections
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import structlog

from pregonero.http_client import OpenResponse
from pregonero.networks.base import ApiCredentials, NetworkError, Permanent, QuotaExhausted, Transient, Unauthorized
from pregonero.networks.client import NetworkClient
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.interactions import Interaction
from pregonero.networks.x.interactions import interactions_of
from pregonero.networks.x.network import ENDPOINTS, ERRORS, STREAM_BUSY

STREAM, RULES = "/2/tweets/search/stream", "/2/tweets/search/stream/rules"
TAG = "pregonero:"  # of our rules; an application may have others
FIELDS = {
    # This endpoint keeps X's older names in its OpenAPI document: "tweet.fields", "referenced_tweets.id".
    "tweet.fields": "created_at,conversation_id,entities",
    "expansions": "author_id,in_reply_to_user_id,referenced_tweets.id",
}
ENDED = "stream_ended"
NETWORK_CODES = frozenset({"no_connection", "lost", ENDED})
RATE_CODES = frozenset({"429", "420", STREAM_BUSY})
NETWORK_STEP, NETWORK_MOST = 0.25, 16.0  # seconds: each wait is one step longer
HTTP_FIRST, HTTP_MOST = 5.0, 320.0  # seconds: each wait is the double of the one before
RATE_FIRST, RATE_MOST = 60.0, 960.0
REFUSED_WAIT = 3_600.0  # a person has to change something at X first
log = structlog.get_logger(__name__)


class XLiveStream:
    """The filtered stream of the entity's application at X: one connection for all its accounts."""

    silence_seconds = 25.0  # X sends an empty line every 20 seconds

    def set_rules(self, credentials: ApiCredentials, accounts: Sequence[ApiCredentials]) -> None:
        """Add the rules of these accounts that are missing, and remove those of accounts that are gone."""
        client, address = NetworkClient(credentials, ENDPOINTS), credentials.address + RULES
        wanted = {(TAG + account.remote_id, _rule_of(account)) for account in accounts}
        with mapped_errors(ERRORS, public=False):
            known = client.get(address).json().get("data") or []
            ours = {rule["id"]: (rule["tag"], rule["value"]) for rule in known if _is_ours(rule)}
            stale = [id for id, rule in ours.items() if rule not in wanted]
            missing = [{"value": value, "tag": tag} for tag, value in sorted(wanted - set(ours.values()))]
            if stale:
                client.post(address, json={"delete": {"ids": stale}})
            added = client.post(address, json={"add": missing}).json() if missing else {}
        if added.get("errors"):
            raise Permanent("X no aceptó las reglas de la conexión permanente.", code="rules")

    @contextmanager
    def connect(self, credentials: ApiCredentials, backfill_minutes: int) -> Iterator[OpenResponse]:
        """Open the stream; only X's Enterprise access takes `backfill_minutes`."""
        params = FIELDS | ({"backfill_minutes": str(backfill_minutes)} if backfill_minutes else {})
        client = NetworkClient(credentials, ENDPOINTS)
        with ExitStack() as stack:
            with mapped_errors(ERRORS, public=False):  # only of the opening: the caller's errors are its own
                response = stack.enter_context(client.open_stream(credentials.address + STREAM, params))
            yield response

    def read_line(
        self, line: bytes, accounts: Mapping[str, ApiCredentials]
    ) -> Iterator[tuple[ApiCredentials, Interaction]]:
        """Yield a post for each account whose rule it matches; what cannot be understood is left to polling."""
        content = _parsed(line)
        if content.get("errors") and not content.get("data"):
            raise Transient("X cerró la conexión permanente.", code=ENDED)
        tags = {str(rule.get("tag") or "") for rule in content.get("matching_rules") or []}
        answer = {"data": [content["data"]], "includes": content.get("includes")} if content.get("data") else {}
        for account in (accounts[id] for id in sorted(accounts) if TAG + id in tags):
            yield from ((account, item) for item in interactions_of(account, answer) if item.remote_id)

    def seconds_to_wait(self, error: NetworkError, failures: int) -> float:
        """Return X's own back-off: linear for a cut, exponential for an error, longer for its limits."""
        if isinstance(error, Permanent | Unauthorized | QuotaExhausted):
            return REFUSED_WAIT
        if error.code in NETWORK_CODES:
            return min(NETWORK_STEP * (failures - 1), NETWORK_MOST)
        double = 2.0 ** min(failures - 1, 10)
        if error.code in RATE_CODES:
            asked = error.retry_after if isinstance(error, Transient) else None
            return max(min(RATE_FIRST * double, RATE_MOST), asked or 0.0)
        return min(HTTP_FIRST * double, HTTP_MOST)


def _rule_of(account: ApiCredentials) -> str:
    """Return the rule that matches what others write to an account: mentions, and replies to its posts."""
    handle = account.handle
    return f"(@{handle} OR to:{handle}) -is:retweet -from:{handle}"


def _is_ours(rule: Mapping[str, Any]) -> bool:
    return str(rule.get("tag") or "").startswith(TAG)


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        log.warning("live.unreadable", network="x", error="not JSON")
        return {}
    return content if isinstance(content, dict) else {}
