"""How Mastodon understands a call: bearer token, table of addresses, rate-limit headers with their instant."""

from __future__ import annotations

from lab.mastodon import errors, media, rate_limits, reads, statuses, tokens
from lab.messages import Answer, Call, Operation
from lab.rate_limits import Over
from lab.routes import find, route
from lab.state import LabState

PREPARE, COMMIT = "prepare", "commit"
TOO_MANY = 429

ROUTES = [
    route("POST", "/api/v1/statuses", statuses.create, COMMIT),
    route("GET", "/api/v1/statuses/{id}", reads.get),
    route("GET", "/api/v1/statuses/{id}/context", reads.context),
    route("DELETE", "/api/v1/statuses/{id}", statuses.delete, COMMIT),
    route("POST", "/api/v2/media", media.upload, PREPARE),
    route("GET", "/api/v1/media/{id}", media.get),
    route("PUT", "/api/v1/media/{id}", media.update, PREPARE),
    route("GET", "/api/v1/accounts/verify_credentials", reads.me),
    route("GET", "/api/v1/accounts/{id}/statuses", reads.own_posts),
    route("GET", "/api/v2/instance", reads.instance, open_door=True),
    route("POST", "/oauth/token", tokens.give, open_door=True),
    route("POST", "/oauth/revoke", tokens.revoke, open_door=True),
]


class MastodonDialect:
    name = "mastodon"
    quotas = rate_limits.QUOTAS

    def resolve(self, lab: LabState, call: Call) -> Operation:
        deed = find(ROUTES, call)
        if deed is None:
            raise errors.not_spoken(call.address)
        return deed

    def identify(self, lab: LabState, call: Call) -> None:
        holders = lab.accounts.holders(call.bearer())
        call.account = next((account for account in holders if account.network == self.name), None)

    def admit(self, lab: LabState, call: Call) -> None:
        if call.account is None or call.account.access != "valid":
            raise errors.unauthorized(call.account.access if call.account else "")

    def failure(self, lab: LabState, call: Call, status: int) -> Answer:
        if status == TOO_MANY:
            return rate_limits.spent(lab.clock.now() + call.wait)
        return errors.STATUS_ERRORS.get(status, errors.STATUS_ERRORS[500]).answer

    def over(self, lab: LabState, call: Call, excess: Over) -> Answer:
        return rate_limits.spent(excess.standing.ends, excess.standing.limit)

    def headers(self, lab: LabState, call: Call) -> dict[str, str]:
        return rate_limits.headers(lab, call)


DIALECT = MastodonDialect()
