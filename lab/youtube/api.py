"""YouTube Data API v3: its endpoints, with uploads at addresses of their own, and Google's access tokens."""

from __future__ import annotations

from lab.messages import Call, Response
from lab.network_api import COMMIT, PREPARE, Operation, find_operation, route
from lab.oauth.grants import OAuthError
from lab.oauth.tokens import issue_token, revoke_token
from lab.rate_limits import LimitExceeded
from lab.request_schema import RequestFacts
from lab.state import LabState
from lab.youtube import comments, errors, hub, live, uploads, videos
from lab.youtube.discovery import read_facts

FACTS = RequestFacts(read_facts())
UPLOADS = "(?:/resumable)?/upload/youtube/v3"
TOKEN_LIFE = 3599  # seconds


async def create_token(lab: LabState, call: Call) -> Response:
    """Exchange an authorization code or a refresh token; the refresh token stays the same."""
    account = lab.accounts.refresh(call.field("refresh_token"), "youtube")
    if account is not None:
        return Response({"access_token": account.token, "expires_in": TOKEN_LIFE, "token_type": "Bearer"})
    try:
        grant = issue_token(lab, call, life=TOKEN_LIFE, has_refresh_token=True)
    except OAuthError as error:
        return _oauth_error(error)
    body = {"access_token": grant.token, "expires_in": TOKEN_LIFE, "token_type": "Bearer", "scope": grant.scope}
    is_first = call.field("grant_type") == "authorization_code"
    return Response(body | ({"refresh_token": grant.refresh_token} if is_first else {}))


async def revoke(lab: LabState, call: Call) -> Response:
    """Revoke an access token or a refresh token."""
    try:
        return revoke_token(lab, call)
    except OAuthError as error:
        return _oauth_error(error)


def _oauth_error(error: OAuthError) -> Response:
    code = str(error)
    description = "Token has been expired or revoked." if code == "invalid_grant" else "Unauthorized"
    return Response({"error": code, "error_description": description}, 401 if code == "invalid_client" else 400)


ROUTES = [
    route("POST", f"{UPLOADS}/videos", uploads.start, PREPARE),
    route("PUT", f"{UPLOADS}/videos", uploads.receive, PREPARE, accepts_partial_body=True, allows_anonymous=True),
    route("POST", f"{UPLOADS}/thumbnails/set", uploads.set_thumbnail, PREPARE),
    route(
        "PUT", f"{UPLOADS}/thumbnails/set", uploads.receive, PREPARE, accepts_partial_body=True, allows_anonymous=True
    ),
    route("POST", "/upload/youtube/v3/captions", videos.insert_captions, PREPARE),
    route("GET", "/youtube/v3/captions", videos.list_captions),
    route("GET", "/youtube/v3/videos", videos.list_videos),
    route("PUT", "/youtube/v3/videos", videos.update_video, videos.stage_of_update),
    route("DELETE", "/youtube/v3/videos", videos.delete_video, PREPARE),
    route("GET", "/youtube/v3/channels", videos.list_channels),
    route("GET", "/youtube/v3/commentThreads", comments.list_threads),
    route("POST", "/youtube/v3/commentThreads", comments.create_thread, COMMIT),
    route("GET", "/youtube/v3/comments", comments.list_comments),
    route("POST", "/youtube/v3/comments", comments.create_reply, COMMIT),
    route("POST", "/youtube/v3/comments/setModerationStatus", comments.set_moderation_status, COMMIT),
    route("GET", "/youtube/v3/liveBroadcasts", live.list_broadcasts),
    route("GET", "/youtube/v3/liveChat/messages", live.list_messages),
    route("POST", "/subscribe", hub.subscribe, allows_anonymous=True),
    route("POST", "/token", create_token, allows_anonymous=True),
    route("POST", "/revoke", revoke, allows_anonymous=True),
]


class YouTubeApi:
    name = "youtube"
    quotas = errors.QUOTAS

    def resolve(self, lab: LabState, call: Call) -> Operation:
        operation = find_operation(ROUTES, call)
        if operation is None:
            raise errors.not_supported(call.endpoint)
        return operation

    def identify(self, lab: LabState, call: Call) -> None:
        accounts = lab.accounts.get_by_token(call.bearer() or call.query.get("access_token", ""))
        call.account = next((account for account in accounts if account.network == self.name), None)

    def authorize(self, lab: LabState, call: Call) -> None:
        if call.account is None or call.account.access != "valid":
            raise errors.unauthorized()

    def validate(self, lab: LabState, call: Call) -> None:
        problems = FACTS.problems(call)
        if problems:
            raise errors.not_in_document(problems)

    def fault_response(self, lab: LabState, call: Call, status: int) -> Response:
        return errors.STATUS_ERRORS.get(status, errors.server_error)().response

    def limit_response(self, lab: LabState, call: Call, exceeded: LimitExceeded) -> Response:
        return errors.limit_response(exceeded)

    def headers(self, lab: LabState, call: Call) -> dict[str, str]:
        """Return no headers: YouTube reports nothing of its quota until it is exhausted."""
        return {}


API = YouTubeApi()
