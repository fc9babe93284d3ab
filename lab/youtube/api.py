"""How YouTube understands a call: OAuth bearer, table of addresses, upload addresses apart."""

from __future__ import annotations

from lab.messages import Answer, Call, Operation
from lab.oauth import Denied
from lab.oauth.tokens import exchange
from lab.oauth.tokens import revoke as revoke_any
from lab.rate_limits import Over
from lab.routes import find, route
from lab.state import LabState
from lab.youtube import captions, comments, errors, rate_limits, upload, videos

PREPARE, COMMIT = "prepare", "commit"
UPLOADS = "(?:/resumable)?/upload/youtube/v3"
LIFE = 3599


async def renew(lab: LabState, call: Call) -> Answer:
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


async def revoke(lab: LabState, call: Call) -> Answer:
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
    quotas = rate_limits.QUOTAS

    def resolve(self, lab: LabState, call: Call) -> Operation:
        deed = find(ROUTES, call)
        if deed is None:
            raise errors.not_spoken(call.address)
        return deed

    def identify(self, lab: LabState, call: Call) -> None:
        token = call.bearer() or call.query.get("access_token", "")
        holders = lab.accounts.holders(token)
        call.account = next((account for account in holders if account.network == self.name), None)

    def admit(self, lab: LabState, call: Call) -> None:
        if call.account is None or call.account.access != "valid":
            raise errors.unauthorized()

    def failure(self, lab: LabState, call: Call, status: int) -> Answer:
        return errors.FOR_STATUS.get(status, errors.broken)().answer

    def over(self, lab: LabState, call: Call, excess: Over) -> Answer:
        return rate_limits.over(lab, call, excess)

    def headers(self, lab: LabState, call: Call) -> dict[str, str]:
        return {}


DIALECT = YouTubeDialect()
