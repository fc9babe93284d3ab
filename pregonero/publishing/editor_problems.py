"""What prevents saving or scheduling in the editor: each problem with the id of the element where it is fixed."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms

from pregonero.errors import Issue
from pregonero.publishing.editor import AccountPart, Editor
from pregonero.publishing.forms import MinuteForm

FIELDS_OF_AN_ACCOUNT = frozenset({"text", "title", "format", "skip_reason"})
FIELDS_OF_A_MEDIUM = {"no_alt": "alt", "no_captions": "captions_missing_because"}


@dataclass(frozen=True)
class Problem:
    """A sentence that says what to fix, and the id of the field or part of the page where it is fixed."""

    text: str
    target: str


def form_problems(page: Editor, minute: MinuteForm) -> list[Problem]:
    """Return the errors of the submitted forms, in the order of the page."""
    problems: list[Problem] = []
    for part in page.parts:
        for form in (part.form, *part.form.attachments):
            problems += _errors_of(form, part.capabilities.label)
    return [*problems, *_errors_of(page.general), *_errors_of(minute)]


def issue_problems(page: Editor) -> list[Problem]:
    """Return the issues that prevent scheduling, in the order of the checklist."""
    problems = [Problem(issue.text, f"id_{issue.field}") for issue in page.own_issues]
    return problems + [Problem(issue.text, target_of(issue, part)) for part in page.parts for issue in part.issues]


def target_of(issue: Issue, part: AccountPart) -> str:
    """Return the id of the element where an issue of an account is fixed; the account's part if there is no field."""
    prefix, name = part.form.prefix, issue.field.split(":", 2)[2]
    if name == "skipped":
        return f"id_{prefix}-publish"
    if name in FIELDS_OF_AN_ACCOUNT:
        return f"id_{prefix}-{name}"
    if name == "media":
        return f"id_{part.upload.prefix}-file"
    kind, _, number = name.partition(":")
    if kind == "part":
        return f"id_{prefix}-parts-{int(number) + 1}"
    if kind == "media":
        return _target_of_medium(issue, part, int(number))
    return f"red-{part.adaptation.account_id}"


def _target_of_medium(issue: Issue, part: AccountPart, position: int) -> str:
    pks = [attachment.pk for attachment in part.adaptation.media if attachment.position == position]
    if not pks:
        return f"red-{part.adaptation.account_id}"
    field = FIELDS_OF_A_MEDIUM.get(issue.key)
    return f"id_medio{pks[0]}-{field}" if field else f"medio-{pks[0]}"


def _errors_of(form: forms.Form, place: str = "") -> Iterator[Problem]:
    for name, errors in form.errors.items():
        field = form[name]
        label = f"{place}, {field.label.lower()}" if place and place not in field.label else field.label
        yield from (Problem(f"{label}: {error}", str(field.auto_id)) for error in errors)
