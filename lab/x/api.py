"""X API v2: its endpoints, access tokens and rate-limit headers."""

from __future__ import annotations

from pathlib import Path

from lab.messages import Call, Response
from lab.network_api import COMMIT, PREPARE, Operation, find_operation, route
from lab.oauth.grants import OAuthError
from lab.oauth.tokens import issue_token, revoke_token
from lab.rate_limits import LimitExceeded
from lab.request_schema import RequestFacts
from lab.state import LabState
from lab.x import direct_messages, errors, filtered_stream, media, posts, reads

FACTS = RequestFacts.from_file(Path(__file__).with_name("openapi.json"))
TOO_MANY = 429
TOKEN_LIFE = 7200  # seconds
SCOPE = (
    "tweet.read tweet.write users.read media.write tweet.moderate.write block.read mute.read dm.read dm.write"
    " offline.access"
)
OAUTH_ERRORS = {
    "invalid_grant": ("invalid_request", "Value passed for the token was invalid.", 400),
    "invalid_client": ("unauthorized_client", "Missing valid authorization header", 401),
    "unsupported_grant_type": ("unsupported_grant_type", "The grant type is not supported.", 400),
}


async def create_token(lab: LabState, call: Call) -> Response:
    """Exchange an authorization code or a refresh token; the refresh token changes each time."""
    account = lab.accounts.refresh(call.field("refresh_token"), "x")
    if account is not None:
        return _token_response(account.token, account.extra["refresh_token"], SCOPE)
    try:
        grant = issue_token(lab, call, life=TOKEN_LIFE, has_refresh_token=True, rotates=True)
    except OAuthError as error:
        return _oauth_error(error)
    return _token_response(grant.token, grant.refresh_token, grant.scope)


async def revoke(lab: LabState, call: Call) -> Response:
    """Revoke an access token or a refresh token."""
    try:
        revoke_token(lab, call)
    except OAuthError as error:
        return _oauth_error(error)
    return Response({"revoked": True})


def _token_response(token: str, refresh_token: str, scope: str) -> Response:
    return Response(
        {
            "token_type": "bearer",
            "expires_in": TOKEN_LIFE,
            "access_token": token,
            "refresh_token": refresh_token,
            "scope": scope,
        }
    )


def _oauth_error(error: OAuthError) -> Response:
    code, description, status = OAUTH_ERRORS[str(error)]
    return Response({"error": code, "error_description": description}, status)


ROUTES = [
    route("POST", "/2/tweets", posts.create_post, COMMIT),
    route("GET", "/2/tweets/search/recent", reads.search),
    route("GET", "/2/tweets/search/stream", filtered_stream.connect),
    route("GET", "/2/tweets/search/stream/rules", filtered_stream.list_rules),
    route("POST", "/2/tweets/search/stream/rules", filtered_stream.update_rules),
    route("GET", "/2/tweets/{id}", reads.get_post),
    route("GET", "/2/tweets", reads.get_posts),
    route("GET", "/2/users/me", reads.get_me),
    route("GET", "/2/users/by/username/{username}", reads.get_user_by_handle),
    route("GET", "/2/users/{id}/tweets", reads.list_user_posts),
    route("GET", "/2/users/{id}/mentions", reads.list_mentions),
    route("GET", "/2/users/{id}/blocking", reads.list_blocking),
    route("GET", "/2/users/{id}/muting", reads.list_muting),
    route("DELETE", "/2/tweets/{id}", posts.delete_post, COMMIT),
    route("PUT", "/2/tweets/{id}/hidden", posts.hide_reply, COMMIT),
    route("POST", "/2/media/upload", media.upload, PREPARE),
    route("GET", "/2/media/upload", media.get_status),
    route("POST", "/2/media/upload/initialize", media.initialize, PREPARE),
    route("POST", "/2/media/upload/{id}/append", media.append, PREPARE),
    route("POST", "/2/media/upload/{id}/finalize", media.finalize, PREPARE),
    route("POST", "/2/media/metadata", media.set_metadata, PREPARE),
    route("POST", "/2/media/subtitles", media.set_subtitles, PREPARE),
    route("GET", "/2/dm_events", direct_messages.list_events),
    route("GET", "/2/dm_conversations/{id}/dm_events", direct_messages.list_conversation_events),
    route("POST", "/2/dm_conversations/with/{participant_id}/messages", direct_messages.send_to_participant, COMMIT),
    route("POST", "/2/dm_conversations/{dm_conversation_id}/messages", direct_messages.send_to_conversation, COMMIT),
    route("POST", "/2/oauth2/token", create_token, allows_anonymous=True),
    route("POST", "/2/oauth2/revoke", revoke, allows_anonymous=True),
]


class XApi:
    name = "x"
    quotas = errors.QUOTAS

    def resolve(self, lab: LabState, call: Call) -> Operation:
        operation = find_operation(ROUTES, call)
        if operation is None:
            raise errors.not_supported(call.endpoint)
        return operation

    def identify(self, lab: LabState, call: Call) -> None:
        accounts = lab.accounts.get_by_token(call.bearer())
        call.account = next((account for account in accounts if account.network == self.name), None)

    def authorize(self, lab: LabState, call: Call) -> None:
        if call.path in filtered_stream.PATHS:
            filtered_stream.authorize(call)
        elif call.account is None or call.account.access != "valid":
            raise errors.unauthorized()

    def validate(self, lab: LabState, call: Call) -> None:
        problems = FACTS.problems(call)
        if problems:
            raise errors.not_in_document(problems)

    def fault_response(self, lab: LabState, call: Call, status: int) -> Response:
        response = errors.STATUS_ERRORS.get(status, errors.STATUS_ERRORS[500]).response
        if response.status != TOO_MANY:
            return response
        reset = lab.clock.now() + call.retry_after
        return Response(response.body, TOO_MANY, errors.exhausted_headers(reset, call.retry_after))

    def limit_response(self, lab: LabState, call: Call, exceeded: LimitExceeded) -> Response:
        return errors.limit_response(lab, exceeded)

    def headers(self, lab: LabState, call: Call) -> dict[str, str]:
        return errors.rate_limit_headers(lab, call)


API = XApi()
