"""How X understands a call: bearer token, table of addresses, rate-limit headers."""

from __future__ import annotations

from lab.messages import Answer, Call, Operation
from lab.rate_limits import Over
from lab.routes import find, route
from lab.state import LabState
from lab.x import media, posts, problems, rate_limits, reads, subtitles, tokens

PREPARE, COMMIT = "prepare", "commit"
TOO_MANY = 429
ROUTES = [
    route("POST", "/2/tweets", posts.create, COMMIT),
    route("GET", "/2/tweets/search/recent", reads.search),
    route("GET", "/2/tweets/{id}", reads.get),
    route("GET", "/2/tweets", reads.get_many),
    route("GET", "/2/users/me", reads.me),
    route("GET", "/2/users/by/username/{handle}", reads.user_by_handle),
    route("GET", "/2/users/{id}/tweets", reads.own_posts),
    route("GET", "/2/users/{id}/mentions", reads.mentions),
    route("DELETE", "/2/tweets/{id}", posts.delete, COMMIT),
    route("PUT", "/2/tweets/{id}/hidden", posts.hide, COMMIT),
    route("POST", "/2/media/upload", media.upload, PREPARE),
    route("GET", "/2/media/upload", media.status),
    route("POST", "/2/media/upload/initialize", media.initialize, PREPARE),
    route("POST", "/2/media/upload/{id}/append", media.append, PREPARE),
    route("POST", "/2/media/upload/{id}/finalize", media.finalize, PREPARE),
    route("POST", "/2/media/metadata", media.metadata, PREPARE),
    route("POST", "/2/media/subtitles", subtitles.create, PREPARE),
    route("POST", "/2/oauth2/token", tokens.renew, "read", open_door=True),
    route("POST", "/2/oauth2/revoke", tokens.revoke, "read", open_door=True),
]


class XDialect:
    name = "x"
    quotas = rate_limits.QUOTAS

    def resolve(self, lab: LabState, call: Call) -> Operation:
        deed = find(ROUTES, call)
        if deed is None:
            raise problems.not_spoken(call.address)
        return deed

    def identify(self, lab: LabState, call: Call) -> None:
        holders = lab.accounts.holders(call.bearer())
        call.account = next((account for account in holders if account.network == self.name), None)

    def admit(self, lab: LabState, call: Call) -> None:
        if call.account is None or call.account.access != "valid":
            raise problems.unauthorized()

    def failure(self, lab: LabState, call: Call, status: int) -> Answer:
        answer = problems.STATUS_PROBLEMS.get(status, problems.STATUS_PROBLEMS[500]).answer
        if answer.status != TOO_MANY:
            return answer
        return Answer(answer.body, TOO_MANY, rate_limits.spent(lab.clock.now() + call.wait, call.wait))

    def over(self, lab: LabState, call: Call, excess: Over) -> Answer:
        return rate_limits.over(lab, call, excess)

    def headers(self, lab: LabState, call: Call) -> dict[str, str]:
        return rate_limits.headers(lab, call)


DIALECT = XDialect()
