"""The Graph API: a call names a node and perhaps one of its edges, and needs the access token of the node's owner."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lab.graph import (
    comments,
    direct_messages,
    errors,
    facebook,
    facebook_media,
    instagram,
    page_audit,
    page_settings,
    restrictions,
)
from lab.graph.facts import check_params
from lab.messages import ApiError, Call, Response
from lab.network_api import COMMIT, PREPARE, READ, Handler, Operation, Stage
from lab.oauth import tokens
from lab.rate_limits import LimitExceeded
from lab.state import LabState

PATH = re.compile(r"/(?:v\d+\.\d+/)?(?P<id>[\w.-]+)(?:/(?P<edge>\w+))?/?")
REEL_FILE_PATH = re.compile(r"/video-upload/v\d+\.\d+/(?P<id>\d+)")
LOGIN_HANDLERS = {
    re.compile(r"/(?:v\d+\.\d+/)?oauth/access_token"): tokens.create_facebook_token,
    re.compile(r"/(?:v\d+\.\d+/)?me/accounts"): tokens.list_facebook_pages,
}

# (method, kind of node, edge): handler and stage
OPERATIONS: dict[tuple[str, str, str], tuple[Handler, Stage]] = {
    ("GET", "page", ""): (facebook.get_page, READ),
    ("GET", "page", "feed"): (facebook.list_feed, READ),
    ("GET", "page", "posts"): (facebook.list_feed, READ),
    ("GET", "page", "published_posts"): (comments.list_published_posts, READ),
    ("GET", "page", "blocked"): (restrictions.list_blocked, READ),
    ("GET", "page", "roles"): (page_audit.list_roles, READ),
    ("GET", "page", "assigned_users"): (page_audit.list_roles, READ),
    ("GET", "page", "page_status"): (page_audit.get_status, READ),
    ("GET", "page", "settings"): (page_settings.list_settings, READ),
    ("POST", "page", "settings"): (page_settings.change_setting, COMMIT),
    ("POST", "page", "feed"): (facebook.create_post, facebook.stage_of_creation),
    ("POST", "page", "photos"): (facebook_media.create_photo, facebook.stage_of_creation),
    ("POST", "page", "videos"): (facebook_media.create_video, facebook_media.stage_of_upload),
    ("POST", "page", "video_reels"): (facebook_media.create_reel, facebook_media.stage_of_upload),
    ("GET", "post", ""): (facebook.get_post, READ),
    ("POST", "post", ""): (facebook.update_post, facebook.stage_of_update),
    ("DELETE", "post", ""): (facebook.delete_post, facebook.stage_of_deletion),
    ("GET", "photo", ""): (facebook_media.get_media, READ),
    ("GET", "video", ""): (facebook_media.get_media, READ),
    ("GET", "upload", ""): (facebook_media.get_upload, READ),
    ("POST", "video", "thumbnails"): (facebook_media.set_thumbnail, PREPARE),
    ("POST", "video", "captions"): (facebook_media.set_captions, PREPARE),
    ("POST", "video", ""): (facebook_media.update_video, facebook.stage_of_update),
    ("DELETE", "photo", ""): (facebook_media.delete_media, facebook.stage_of_deletion),
    ("DELETE", "video", ""): (facebook_media.delete_media, facebook.stage_of_deletion),
    ("GET", "post", "comments"): (comments.list_comments, READ),
    ("POST", "post", "comments"): (comments.create_comment, COMMIT),
    ("GET", "comment", ""): (comments.get_comment, READ),
    ("POST", "comment", ""): (comments.hide_comment, COMMIT),
    ("DELETE", "comment", ""): (comments.delete_comment, COMMIT),
    ("GET", "comment", "comments"): (comments.list_replies, READ),
    ("POST", "comment", "comments"): (comments.create_reply, COMMIT),
    ("GET", "comment", "replies"): (comments.list_replies, READ),
    ("POST", "comment", "replies"): (comments.create_reply, COMMIT),
    ("GET", "user", ""): (instagram.get_user, READ),
    ("GET", "user", "media"): (instagram.list_media, READ),
    ("GET", "user", "content_publishing_limit"): (instagram.get_publishing_limit, READ),
    ("POST", "user", "media"): (instagram.create_container, PREPARE),
    ("POST", "user", "media_publish"): (instagram.publish_container, COMMIT),
    ("GET", "container", ""): (instagram.get_container, READ),
    ("GET", "media", ""): (instagram.get_media, READ),
    ("GET", "media", "comments"): (comments.list_comments, READ),
    ("POST", "media", "comments"): (comments.create_comment, COMMIT),
    ("GET", "page", "conversations"): (direct_messages.list_conversations, READ),
    ("GET", "user", "conversations"): (direct_messages.list_conversations, READ),
    ("GET", "conversation", ""): (direct_messages.get_conversation, READ),
    ("GET", "conversation", "messages"): (direct_messages.list_messages, READ),
    ("GET", "message", ""): (direct_messages.get_message, READ),
    ("POST", "page", "messages"): (direct_messages.send_message, COMMIT),
    ("POST", "user", "messages"): (direct_messages.send_message, COMMIT),
}


class GraphApi:
    """Facebook pages and Instagram accounts; `call.network` is set from the node."""

    name = "facebook"
    quotas = errors.QUOTAS

    def resolve(self, lab: LabState, call: Call) -> Operation:
        reel_file = REEL_FILE_PATH.fullmatch(call.path) if call.method == "POST" else None
        if reel_file is not None:
            upload = lab.uploads.get("facebook", reel_file["id"])
            call.network = "facebook"
            call.params = {"id": reel_file["id"], "owner": upload.account if upload else ""}
            return Operation(facebook_media.receive_reel_file, PREPARE, accepts_partial_body=True)
        for pattern, handler in LOGIN_HANDLERS.items():
            if pattern.fullmatch(call.path):
                call.params = {"owner": ""}
                return Operation(handler, READ, allows_anonymous=True)
        match = PATH.fullmatch(call.path)
        if match is None:
            raise errors.not_supported(call.endpoint)
        id, edge = self._node_id(lab, call, match["id"]), match["edge"] or ""
        node = find_node(lab, id)
        if node is None:
            raise self._unknown_node(lab, call, id)
        call.network = node.network
        call.params = {"id": id, "owner": node.owner, "kind": node.kind, "edge": edge}
        operation = OPERATIONS.get((call.method, node.kind, edge))
        if operation is None:
            raise errors.not_supported(call.endpoint)
        return Operation(*operation)

    def _node_id(self, lab: LabState, call: Call, id: str) -> str:
        """Return the id of the path, in which `me` stands for the account of the access token."""
        accounts = lab.accounts.get_by_token(call.token) if id == "me" else []
        return accounts[0].id if accounts else id

    def _unknown_node(self, lab: LabState, call: Call, id: str) -> ApiError:
        """Return the error for a node that does not exist; without a valid token, Meta reports only the token."""
        if not call.token:
            return errors.token_missing()
        if not lab.accounts.get_by_token(call.token):
            return errors.token_unknown()
        is_id = re.fullmatch(r"[\d_]+|[tm]_.+|aWdfZAG.+", id)
        return errors.not_found(id, call.method) if is_id else errors.not_supported(call.endpoint)

    def identify(self, lab: LabState, call: Call) -> None:
        """Set the account to the node's owner; `authorize` checks the token once the body is read."""
        call.account = lab.accounts.get(call.network, call.params["owner"])

    def authorize(self, lab: LabState, call: Call) -> None:
        token = call.token
        if not token:
            raise errors.token_missing()
        accounts = lab.accounts.get_by_token(token)
        if not accounts:
            raise errors.token_unknown()
        if accounts[0].access != "valid":
            raise errors.token_expired() if accounts[0].access == "expired" else errors.token_revoked()
        owner = call.account
        linked_page = owner.extra.get("page") if owner and owner.network == "instagram" else ""
        if owner is None or not any(account.id in (owner.id, linked_page) for account in accounts):
            raise errors.not_allowed()

    def validate(self, lab: LabState, call: Call) -> None:
        if "kind" in call.params:
            check_params(call, call.params["kind"], call.params["edge"])

    def fault_response(self, lab: LabState, call: Call, status: int) -> Response:
        return errors.error_for_code(status).response

    def limit_response(self, lab: LabState, call: Call, exceeded: LimitExceeded) -> Response:
        return errors.limit_response(call, exceeded)

    def headers(self, lab: LabState, call: Call) -> dict[str, str]:
        return errors.rate_limit_headers(lab, call) | {"facebook-api-version": "v26.0"}


@dataclass(frozen=True)
class Node:
    """What the id of a path identifies, and the id of the account that owns it."""

    kind: str  # page, post, photo, video, upload (Facebook); user, container, media (Instagram); and of both:
    # comment, conversation, message
    network: str
    owner: str


def find_node(lab: LabState, id: str) -> Node | None:
    """Return the node of an id, or None when there is none."""
    return (
        _account_node(lab, id)
        or _post_node(lab, id)
        or _prepared_node(lab, id)
        or _comment_node(lab, id)
        or _message_node(lab, id)
    )


def _account_node(lab: LabState, id: str) -> Node | None:
    if lab.accounts.get("facebook", id) is not None:
        return Node("page", "facebook", id)
    return Node("user", "instagram", id) if lab.accounts.get("instagram", id) is not None else None


def _post_node(lab: LabState, id: str) -> Node | None:
    post = lab.posts.get("facebook", id)
    if post is not None and post.state != "withdrawn":
        return Node("post", "facebook", post.account)
    media = lab.posts.get("instagram", id)
    return Node("media", "instagram", media.account) if media is not None else None


def _prepared_node(lab: LabState, id: str) -> Node | None:
    media = lab.media.get("facebook", id)
    if media is not None:
        return Node("video" if media.kind == "video" else "photo", "facebook", media.account)
    upload = lab.uploads.get("facebook", id)
    if upload is not None:
        return Node("upload", "facebook", upload.account)
    container = lab.containers.get(id)
    return Node("container", "instagram", container.account) if container is not None else None


def _comment_node(lab: LabState, id: str) -> Node | None:
    for network in ("facebook", "instagram"):
        comment = lab.comments.get(network, id)
        if comment is not None:
            return Node("comment", network, comment.account)
    return None


def _message_node(lab: LabState, id: str) -> Node | None:
    for network in ("facebook", "instagram"):
        message = lab.direct_messages.get(network, id)
        if message is not None:
            return Node("message", network, message.account)
        thread = lab.direct_messages.in_conversation(network, id)
        if thread:
            return Node("conversation", network, thread[0].account)
    return None


API = GraphApi()
