"""How Mastodon understands a call: bearer token, table of addresses, rate-limit headers with their instant."""

from __future__ import annotations

from lab.clock import iso_millis
from lab.conversation import Answer, Call, Deed, Refusal
from lab.laboratory import Laboratory
from lab.mastodon import errors, media, reads, statuses
from lab.routes import find, route

PREPARE, COMMIT = "prepare", "commit"
WINDOW = 300
UNBOUND = 100_000
TOO_MANY = 429


async def create(lab: Laboratory, call: Call) -> Answer:
    """Refuse one post more than the account's window holds, if it has one."""
    limit = call.who.extra.get("posts_per_window")
    if limit is not None and _used(lab, call) >= limit:
        raise Refusal(_spent(_reset(lab)))
    return await statuses.create(lab, call)


ROUTES = [
    route("POST", "/api/v1/statuses", create, COMMIT),
    route("GET", "/api/v1/statuses/{id}", reads.get),
    route("GET", "/api/v1/statuses/{id}/context", reads.context),
    route("DELETE", "/api/v1/statuses/{id}", statuses.delete, COMMIT),
    route("POST", "/api/v2/media", media.upload, PREPARE),
    route("GET", "/api/v1/media/{id}", media.get),
    route("PUT", "/api/v1/media/{id}", media.update, PREPARE),
    route("GET", "/api/v1/accounts/verify_credentials", reads.me),
    route("GET", "/api/v1/accounts/{id}/statuses", reads.own_posts),
    route("GET", "/api/v2/instance", reads.instance, open_door=True),
]


class MastodonDialect:
    name = "mastodon"

    def resolve(self, lab: Laboratory, call: Call) -> Deed:
        deed = find(ROUTES, call)
        if deed is None:
            raise errors.not_spoken(call.address)
        return deed

    def identify(self, lab: Laboratory, call: Call) -> None:
        holders = lab.accounts.holders(call.bearer())
        call.account = next((account for account in holders if account.network == self.name), None)

    def admit(self, lab: Laboratory, call: Call) -> None:
        if call.account is None or call.account.access != "valid":
            raise errors.unauthorized(call.account.access if call.account else "")

    def failure(self, lab: Laboratory, call: Call, status: int) -> Answer:
        if status == TOO_MANY:
            return _spent(lab.clock.now() + call.wait)
        return errors.STATUS_ERRORS.get(status, errors.STATUS_ERRORS[500]).answer

    def headers(self, lab: Laboratory, call: Call) -> dict[str, str]:
        limit = call.account.extra.get("posts_per_window") if call.account else None
        left = UNBOUND if limit is None else max(0, limit - _used(lab, call))
        return _told(limit or UNBOUND, left, _reset(lab))


def _used(lab: Laboratory, call: Call) -> int:
    return lab.posts.count_since("mastodon", call.account_id, lab.clock.now() // WINDOW * WINDOW)


def _reset(lab: Laboratory) -> float:
    return (lab.clock.now() // WINDOW + 1) * WINDOW


def _told(limit: int, left: int, reset: float) -> dict[str, str]:
    return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": iso_millis(reset)}


def _spent(reset: float) -> Answer:
    return Answer(errors.STATUS_ERRORS[TOO_MANY].answer.body, TOO_MANY, _told(UNBOUND, 0, reset))


DIALECT = MastodonDialect()
