"""How Meta understands a call: a node, perhaps one of its edges, and a token that opens that node."""

from __future__ import annotations

import re
from collections.abc import Callable

from lab.graph import comments, errors, facebook, facebook_media, facebook_uploads, instagram, nodes, rate_limits
from lab.messages import Answer, Call, Handler, Operation, Refusal
from lab.oauth import facebook as signing_in
from lab.rate_limits import Over
from lab.state import LabState

ADDRESS = re.compile(r"/(?:v\d+\.\d+/)?(?P<id>[\w.-]+)(?:/(?P<edge>\w+))?/?")
FILE_OF_A_REEL = re.compile(r"/video-upload/v\d+\.\d+/(?P<id>\d+)")
SIGNING_IN = {
    re.compile(r"/(?:v\d+\.\d+/)?oauth/access_token"): signing_in.token,
    re.compile(r"/(?:v\d+\.\d+/)?me/accounts"): signing_in.pages,
}
Stage = str | Callable[[Call], str]
PREPARE, COMMIT, READ = "prepare", "commit", "read"

# (method, kind of node, edge) → who answers, at which stage
DEEDS: dict[tuple[str, str, str], tuple[Handler, Stage]] = {
    ("GET", "page", ""): (facebook.get_page, READ),
    ("GET", "page", "feed"): (facebook.list_feed, READ),
    ("GET", "page", "posts"): (facebook.list_feed, READ),
    ("GET", "page", "published_posts"): (facebook.list_feed, READ),
    ("POST", "page", "feed"): (facebook.create_post, facebook.stage_of_creation),
    ("POST", "page", "photos"): (facebook_media.create_photo, facebook.stage_of_creation),
    ("POST", "page", "videos"): (facebook_uploads.create_video, facebook_uploads.stage),
    ("POST", "page", "video_reels"): (facebook_uploads.reels, facebook_uploads.stage),
    ("GET", "post", ""): (facebook.get_post, READ),
    ("POST", "post", ""): (facebook.update_post, facebook.stage_of_update),
    ("DELETE", "post", ""): (facebook.delete_post, facebook.stage_of_deletion),
    ("GET", "photo", ""): (facebook_media.get_media, READ),
    ("GET", "video", ""): (facebook_media.get_media, READ),
    ("GET", "upload", ""): (facebook_uploads.get_upload, READ),
    ("POST", "video", "thumbnails"): (facebook_media.set_thumbnail, PREPARE),
    ("POST", "video", "captions"): (facebook_media.set_captions, PREPARE),
    ("POST", "video", ""): (facebook_media.update_video, facebook.stage_of_update),
    ("DELETE", "photo", ""): (facebook_media.delete_media, PREPARE),
    ("DELETE", "video", ""): (facebook_media.delete_media, PREPARE),
    ("GET", "post", "comments"): (comments.list_comments, READ),
    ("POST", "post", "comments"): (comments.create_comment, COMMIT),
    ("GET", "comment", ""): (comments.get_comment, READ),
    ("POST", "comment", ""): (comments.hide_comment, COMMIT),
    ("DELETE", "comment", ""): (comments.delete_comment, COMMIT),
    ("GET", "comment", "comments"): (comments.list_answers, READ),
    ("POST", "comment", "comments"): (comments.answer_comment, COMMIT),
    ("GET", "comment", "replies"): (comments.list_answers, READ),
    ("POST", "comment", "replies"): (comments.answer_comment, COMMIT),
    ("GET", "user", ""): (instagram.get_user, READ),
    ("GET", "user", "media"): (instagram.list_media, READ),
    ("GET", "user", "content_publishing_limit"): (instagram.publishing_limit, READ),
    ("POST", "user", "media"): (instagram.create_container, PREPARE),
    ("POST", "user", "media_publish"): (instagram.publish, COMMIT),
    ("GET", "container", ""): (instagram.get_container, READ),
    ("GET", "media", ""): (instagram.get_media, READ),
    ("GET", "media", "comments"): (comments.list_comments, READ),
    ("POST", "media", "comments"): (comments.create_comment, COMMIT),
}


class GraphDialect:
    name = "facebook"
    quotas = rate_limits.QUOTAS

    def resolve(self, lab: LabState, call: Call) -> Operation:
        sent = FILE_OF_A_REEL.fullmatch(call.path) if call.method == "POST" else None
        if sent is not None:
            upload = lab.uploads.get("facebook", sent["id"])
            call.network, call.params = "facebook", {"id": sent["id"], "owner": upload.account if upload else ""}
            return Operation(facebook_uploads.receive, PREPARE, takes_pieces=True)
        for path, does in SIGNING_IN.items():
            if path.fullmatch(call.path):
                call.params = {"owner": ""}
                return Operation(does, READ, open_door=True)
        match = ADDRESS.fullmatch(call.path)
        if match is None:
            raise errors.not_spoken(call.address)
        id, edge = self._own(lab, call, match["id"]), match["edge"] or ""
        node = nodes.find(lab, id)
        if node is None:
            raise self._unknown(lab, call, id)
        call.network, call.params = node.network, {"id": id, "owner": node.owner}
        found = DEEDS.get((call.method, node.kind, edge))
        if found is None:
            raise errors.not_spoken(call.address)
        return Operation(*found)

    def _own(self, lab: LabState, call: Call, id: str) -> str:
        holders = lab.accounts.holders(_token(call)) if id == "me" else []
        return holders[0].id if holders else id

    def _unknown(self, lab: LabState, call: Call, id: str) -> Refusal:
        """Without a token Meta does not even say whether the object exists."""
        if not _token(call):
            return errors.token_missing()
        if not lab.accounts.holders(_token(call)):
            return errors.token_unknown()
        return errors.not_found(id, call.method) if re.fullmatch(r"[\d_]+", id) else errors.not_spoken(call.address)

    def identify(self, lab: LabState, call: Call) -> None:
        """The account is the node's owner; whether the token opens it is asked at `admit`, once the body is read."""
        call.account = lab.accounts.get(call.network, call.params["owner"])

    def admit(self, lab: LabState, call: Call) -> None:
        token = _token(call)
        if not token:
            raise errors.token_missing()
        holders = lab.accounts.holders(token)
        if not holders:
            raise errors.token_unknown()
        if holders[0].access != "valid":
            raise errors.token_expired() if holders[0].access == "expired" else errors.token_revoked()
        owner = call.account
        linked = owner.extra.get("page") if owner and owner.network == "instagram" else ""
        if owner is None or not any(account.id in (owner.id, linked) for account in holders):
            raise errors.not_allowed()

    def failure(self, lab: LabState, call: Call, status: int) -> Answer:
        return errors.for_code(status).answer

    def over(self, lab: LabState, call: Call, excess: Over) -> Answer:
        return rate_limits.over(lab, call, excess)

    def headers(self, lab: LabState, call: Call) -> dict[str, str]:
        return rate_limits.headers(lab, call) | {"facebook-api-version": "v26.0"}


def _token(call: Call) -> str:
    return call.field("access_token") or call.bearer().removeprefix("OAuth ")


DIALECT = GraphDialect()
