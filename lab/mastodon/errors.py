"""Mastodon's words for a no: one sentence, and the status that says the rest."""

from __future__ import annotations

from lab.messages import Answer, Refusal


def error(status: int, sentence: str) -> Refusal:
    return Refusal(Answer({"error": sentence}, status))


def invalid(sentence: str) -> Refusal:
    return error(422, f"Validation failed: {sentence}")


def unauthorized(access: str = "revoked") -> Refusal:
    said = {"expired": "The access token expired", "revoked": "The access token was revoked"}
    return error(401, said.get(access, "The access token is invalid"))


def not_found() -> Refusal:
    return error(404, "Record not found")


def not_spoken(address: str) -> Refusal:
    return error(501, f"The laboratory does not speak this part of Mastodon: {address}")


STATUS_ERRORS = {
    401: unauthorized(),
    402: error(402, "Payment required"),
    403: error(403, "This action is outside the authorized scopes"),
    429: error(429, "Too many requests"),
    500: error(500, "This page is not correct"),
}
