"""Mastodon's API: its endpoints, access tokens and rate-limit headers."""

from __future__ import annotations

from pathlib import Path

from lab.mastodon import errors, media, notifications, statuses
from lab.mastodon.params import with_nested_fields
from lab.messages import Call, Response
from lab.network_api import COMMIT, PREPARE, Operation, find_operation, route
from lab.oauth.grants import OAuthError
from lab.oauth.tokens import issue_token, revoke_token
from lab.rate_limits import LimitExceeded
from lab.request_schema import RequestFacts
from lab.state import LabState

FACTS = RequestFacts.from_file(Path(__file__).with_name("documentation.json"))
TOO_MANY = 429
OAUTH_ERRORS = {
    "invalid_grant": (
        "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in "
        "the authorization request, or was issued to another client."
    ),
    "invalid_client": "Client authentication failed due to unknown client, no client authentication included.",
    "unsupported_grant_type": "The authorization grant type is not supported by the authorization server.",
}


async def create_token(lab: LabState, call: Call) -> Response:
    """Exchange an authorization code for an access token, which does not expire."""
    try:
        grant = issue_token(lab, call, life=0.0, has_refresh_token=False)
    except OAuthError as error:
        return _oauth_error(error)
    body = {"access_token": grant.token, "token_type": "Bearer", "scope": grant.scope}
    return Response(body | {"created_at": int(lab.clock.now())})


async def revoke(lab: LabState, call: Call) -> Response:
    """Revoke an access token."""
    try:
        return revoke_token(lab, call)
    except OAuthError as error:
        return _oauth_error(error)


def _oauth_error(error: OAuthError) -> Response:
    status = 401 if str(error) == "invalid_client" else 400
    return Response({"error": str(error), "error_description": OAUTH_ERRORS[str(error)]}, status)


ROUTES = [
    route("POST", "/api/v1/statuses", statuses.create_status, COMMIT),
    route("GET", "/api/v1/statuses/{id}", statuses.get_status),
    route("GET", "/api/v1/statuses/{id}/context", statuses.get_context),
    route("DELETE", "/api/v1/statuses/{id}", statuses.delete_status, COMMIT),
    route("POST", "/api/v2/media", media.upload, PREPARE),
    route("GET", "/api/v1/media/{id}", media.get_media),
    route("PUT", "/api/v1/media/{id}", media.update, PREPARE),
    route("GET", "/api/v1/accounts/verify_credentials", statuses.get_me),
    route("GET", "/api/v1/accounts/{id}/statuses", statuses.list_account_statuses),
    route("GET", "/api/v1/notifications", notifications.list_notifications),
    route("GET", "/api/v2/instance", statuses.get_instance, allows_anonymous=True),
    route("POST", "/oauth/token", create_token, allows_anonymous=True),
    route("POST", "/oauth/revoke", revoke, allows_anonymous=True),
]


class MastodonApi:
    name = "mastodon"
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
        if call.account is None or call.account.access != "valid":
            raise errors.unauthorized(call.account.access if call.account else "")

    def validate(self, lab: LabState, call: Call) -> None:
        problems = FACTS.problems(with_nested_fields(call))
        if problems:
            raise errors.not_in_documentation(problems)

    def fault_response(self, lab: LabState, call: Call, status: int) -> Response:
        if status == TOO_MANY:
            return errors.exhausted(lab.clock.now() + call.retry_after)
        return errors.STATUS_ERRORS.get(status, errors.STATUS_ERRORS[500]).response

    def limit_response(self, lab: LabState, call: Call, exceeded: LimitExceeded) -> Response:
        return errors.exhausted(exceeded.status.resets_at, exceeded.status.limit)

    def headers(self, lab: LabState, call: Call) -> dict[str, str]:
        return errors.rate_limit_headers(lab, call)


API = MastodonApi()
