"""How YouTube understands a call: OAuth bearer, table of addresses, upload addresses apart."""

from __future__ import annotations

from lab.consent import Denied
from lab.consent.tokens import exchange
from lab.consent.tokens import revoke as revoke_any
from lab.conversation import Answer, Call, Deed
from lab.laboratory import Laboratory
from lab.limits import Over
from lab.routes import find, route
from lab.youtube import budgets, captions, comments, errors, upload, videos

PREPARE, COMMIT = "prepare", "commit"
UPLOADS = "(?:/resumable)?/upload/youtube/v3"
LIFE = 3599


async def renew(lab: Laboratory, call: Call) -> Answer:
    """A token for a code or a refresh token, which stays, at Google's own token address."""
    account = lab.accounts.renew(call.field("refresh_token"), "youtube")
    if account is not None:
        return Answer({"access_token": account.token, "expires_in": LIFE, "token_type": "Bearer"})
    try:
        grant = exchange(lab, call, life=LIFE, refreshes=True)
    except Denied as no:
        return _no(no)
    given = {"access_token": grant.token, "expires_in": LIFE, "token_type": "Bearer", "scope": grant.scope}
    first = call.field("grant_type") == "authorization_code"
    return Answer(given | ({"refresh_token": grant.refresh} if first else {}))


async def revoke(lab: Laboratory, call: Call) -> Answer:
    """Take a token back."""
    try:
        return revoke_any(lab, call)
    except Denied as no:
        return _no(no)


def _no(no: Denied) -> Answer:
    description = "Token has been expired or revoked." if str(no) == "invalid_grant" else "Unauthorized"
    return Answer({"error": str(no), "error_description": description}, 401 if str(no) == "invalid_client" else 400)


ROUTES = [
    route("POST", f"{UPLOADS}/videos", upload.start, PREPARE),
    route("PUT", f"{UPLOADS}/videos", upload.receive, PREPARE, takes_pieces=True, open_door=True),
    route("POST", f"{UPLOADS}/thumbnails/set", upload.set_thumbnail, PREPARE),
    route("PUT", f"{UPLOADS}/thumbnails/set", upload.receive, PREPARE, takes_pieces=True, open_door=True),
    route("POST", "/upload/youtube/v3/captions", captions.insert, PREPARE),
    route("GET", "/youtube/v3/captions", captions.list_tracks),
    route("GET", "/youtube/v3/videos", videos.list_videos),
    route("PUT", "/youtube/v3/videos", videos.update, videos.stage_of_update),
    route("DELETE", "/youtube/v3/videos", videos.delete, PREPARE),
    route("GET", "/youtube/v3/channels", videos.list_channels),
    route("GET", "/youtube/v3/commentThreads", comments.list_threads),
    route("POST", "/youtube/v3/commentThreads", comments.create_thread, COMMIT),
    route("GET", "/youtube/v3/comments", comments.list_comments),
    route("POST", "/youtube/v3/comments", comments.answer, COMMIT),
    route("POST", "/youtube/v3/comments/setModerationStatus", comments.moderate, COMMIT),
    route("POST", "/token", renew, open_door=True),
    route("POST", "/revoke", revoke, open_door=True),
]


class YouTubeDialect:
    name = "youtube"
    quotas = budgets.QUOTAS

    def resolve(self, lab: Laboratory, call: Call) -> Deed:
        deed = find(ROUTES, call)
        if deed is None:
            raise errors.not_spoken(call.address)
        return deed

    def identify(self, lab: Laboratory, call: Call) -> None:
        token = call.bearer() or call.query.get("access_token", "")
        holders = lab.accounts.holders(token)
        call.account = next((account for account in holders if account.network == self.name), None)

    def admit(self, lab: Laboratory, call: Call) -> None:
        if call.account is None or call.account.access != "valid":
            raise errors.unauthorized()

    def failure(self, lab: Laboratory, call: Call, status: int) -> Answer:
        return errors.FOR_STATUS.get(status, errors.broken)().answer

    def over(self, lab: Laboratory, call: Call, excess: Over) -> Answer:
        return budgets.over(lab, call, excess)

    def headers(self, lab: Laboratory, call: Call) -> dict[str, str]:
        return {}


DIALECT = YouTubeDialect()
