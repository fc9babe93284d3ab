"""How Mastodon understands a call: bearer token, table of addresses, rate-limit headers with their instant."""

from __future__ import annotations

from lab.conversation import Answer, Call, Deed
from lab.laboratory import Laboratory
from lab.limits import Over
from lab.mastodon import budgets, errors, media, reads, statuses, tokens
from lab.routes import find, route

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
    quotas = budgets.QUOTAS

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
            return budgets.spent(lab.clock.now() + call.wait)
        return errors.STATUS_ERRORS.get(status, errors.STATUS_ERRORS[500]).answer

    def over(self, lab: Laboratory, call: Call, excess: Over) -> Answer:
        return budgets.spent(excess.standing.ends, excess.standing.limit)

    def headers(self, lab: Laboratory, call: Call) -> dict[str, str]:
        return budgets.headers(lab, call)


DIALECT = MastodonDialect()
