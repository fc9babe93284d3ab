"""The data of the editor's page: forms, the state of each account, and the issues that prevent scheduling."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils import timezone

from pregonero.errors import Issue
from pregonero.networks.base import Capabilities, Connector
from pregonero.networks.models import Account
from pregonero.networks.registry import connector
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import by_account, deliveries_of
from pregonero.people.models import Member
from pregonero.publishing import queries, rules
from pregonero.publishing.calendar import next_quarter, requested_minute
from pregonero.publishing.calendar_rules.advice import HourAdvice
from pregonero.publishing.edits import apply_change, apply_general_change
from pregonero.publishing.forms import AdaptationForm, MinuteForm, PublicationForm, change_of, initial_of
from pregonero.publishing.general_text import spread_text
from pregonero.publishing.hashtags.queries import NO_HASHTAGS, HashtagReview, review_hashtags
from pregonero.publishing.media_forms import UploadForm
from pregonero.publishing.media_versions import MediumPart, medium_parts
from pregonero.publishing.models import Adaptation, LinkAcceptance, LinkCheck, MediaConversion, Publication
from pregonero.publishing.pieces import piece_issues
from pregonero.publishing.queries.calendar import proposal_of_today
from pregonero.publishing.queries.forecast import Advice, advice_for
from pregonero.publishing.queries.room import advice_at
from pregonero.publishing.sources import Source, loader_of, source_of
from pregonero.publishing.threads import Part, parts_of, thread_label
from pregonero.spanish_lists import joined

# The label of an account's tab, by the key of its first issue; any other issue is "Por corregir".
MISSING = {
    "no_alt": "Falta describir",
    "no_captions": "Subtítulos",
    "needs_media": "Falta la imagen o el video",
    "omission_outdated": "Ya hay con qué",
    "account_retired": "Cuenta retirada",
}
# The label of the tab of an account that is omitted because its medium is missing.
OMITTED = {"picture": "Sin imagen", "video": "Sin video"}


@dataclass(frozen=True)
class AccountPart:
    """One account in the editor."""

    adaptation: Adaptation
    form: AdaptationForm
    capabilities: Capabilities
    count: int
    limit: int
    issues: tuple[Issue, ...]
    delivery: Delivery | None
    connector: Connector
    thread: tuple[Delivery, ...]
    under: tuple[Part, ...]
    media: tuple[MediumPart, ...]
    upload: UploadForm

    @property
    def anchor(self) -> str:
        """Return the id of the account's part of the page."""
        return f"red-{self.adaptation.account_id}"

    @property
    def medium_ids(self) -> set[int]:
        """Return the primary keys of its files."""
        return {each.medium_id for each in self.adaptation.media}

    @property
    def has_own_text(self) -> bool:
        """Return whether its text is its own, instead of the one for all networks."""
        return self.adaptation.own_text or bool(self.adaptation.parts)

    @property
    def lacks_link(self) -> bool:
        """Return whether the post will not show the link although its network allows links in the text (P-3)."""
        adaptation, link = self.adaptation, self.adaptation.publication.link
        if not link or adaptation.skipped or not self.capabilities.takes_link:
            return False
        is_outside_text = self.capabilities.link_beside or adaptation.link_under
        return not (is_outside_text or any(link in text for text in (adaptation.text, *adaptation.parts)))

    @property
    def pause(self) -> str:
        """Return the reason of the pause of this account; an empty string when it is not paused."""
        return self.adaptation.account.paused_reason

    @property
    def omitted_content(self) -> str:
        """Return what an omitted account has that will not be published, in words, or an empty string."""
        adaptation = self.adaptation
        if not adaptation.skipped:
            return ""
        has_text = any(text.strip() for text in (adaptation.text, adaptation.title, *adaptation.parts))
        omitted = ["un texto"] if has_text else []
        if adaptation.media:
            omitted.append("un archivo" if len(adaptation.media) == 1 else f"{len(adaptation.media)} archivos")
        return " y ".join(omitted)

    @property
    def tag(self) -> str:
        """Return the colour of the account's tab: it has problems, is omitted, is paused, or is ready."""
        if self.issues:
            return "bad"
        if self.adaptation.skipped:
            return "plan"
        return "hold" if self.pause else "ok"

    @property
    def icon(self) -> str:
        """Return the icon of its state."""
        return {"bad": "circle-alert", "plan": "minus", "hold": "pause", "ok": "check"}[self.tag]

    @property
    def label(self) -> str:
        """Return its state, in Spanish."""
        if self.thread:
            return thread_label(self.thread).capitalize()
        if self.adaptation.skipped:
            return OMITTED.get(self.adaptation.missing_medium, "No va")
        over = self.count - self.limit
        if over > 0:
            return f"{'Sobra' if over == 1 else 'Sobran'} {over}"
        if self.issues:
            return _missing_label(self.issues)
        if self.pause:
            return "En pausa"
        return f"Hilo de {1 + len(self.under)}" if self.under else "Lista"


def _missing_label(issues: tuple[Issue, ...]) -> str:
    """Return what is missing, by its name: "Falta describir", "Falta el texto y 1 más"."""
    fields = {"text": "el texto", "title": "el título"}
    first = issues[0]
    names = MISSING | {"empty": f"Falta {fields.get(first.field.rpartition(':')[2], 'el texto')}"}
    rest = len(issues) - 1
    return names.get(first.key, "Por corregir") + (f" y {rest} más" if rest else "")


@dataclass(frozen=True)
class Editor:
    """Everything that the editor's page shows."""

    publication: Publication
    source: Source
    general: PublicationForm
    minute: MinuteForm
    parts: tuple[AccountPart, ...]
    issues: tuple[Issue, ...]
    link_check: LinkCheck | None
    acceptance: LinkAcceptance | None
    advice: tuple[Advice, ...]
    costs: tuple[str, ...]
    missing_accounts: tuple[Account, ...]
    hour_advice: tuple[HourAdvice, ...] = ()
    minute_why: str = ""
    hashtags: HashtagReview = NO_HASHTAGS

    @property
    def is_valid(self) -> bool:
        """Return whether the submitted forms can be saved."""
        return all([self.general.is_valid(), *(part.form.is_valid() for part in self.parts)])

    @property
    def opens_at(self) -> str:
        """Return the id of the part that the page opens at: the first account with something to fix, or the general."""
        if self.own_issues or not self.issues:
            return "general"
        return next((part.anchor for part in self.parts if part.issues), "general")

    @property
    def followers(self) -> list[AccountPart]:
        """Return the accounts whose text is the one for all networks."""
        return [part for part in self.parts if not part.has_own_text and not part.adaptation.skipped]

    @property
    def destinations(self) -> str:
        """Return the names of the networks where it goes out: "X, Facebook e Instagram"."""
        labels = [part.capabilities.label for part in self.parts if not part.adaptation.skipped]
        return joined(labels) or "ninguna red"

    @property
    def without_link(self) -> list[AccountPart]:
        """Return the accounts whose posts will not show the link."""
        return [part for part in self.parts if part.lacks_link]

    @property
    def paused(self) -> list[AccountPart]:
        """Return the accounts in pause where it will be published."""
        return [part for part in self.parts if part.pause and not part.adaptation.skipped]

    @property
    def omitted_with_content(self) -> list[AccountPart]:
        """Return the omitted accounts that hold a text or a file."""
        return [part for part in self.parts if part.omitted_content]

    @property
    def warnings(self) -> int:
        """Return how many things there are to look at before scheduling that do not prevent it."""
        return len(self.paused) + len(self.omitted_with_content) + len(self.without_link) + len(self.missing_accounts)

    @property
    def own_issues(self) -> list[Issue]:
        """Return the issues that belong to no account, without the one that needs nobody: see `waits_for_link`."""
        own = [issue for issue in self.issues if not issue.field.startswith("account:")]
        return [issue for issue in own if issue.key != "link_unchecked"]

    @property
    def waits_for_link(self) -> bool:
        """Return whether the link is still to be read, which happens by itself when the publication is scheduled."""
        return any(issue.key == "link_unchecked" for issue in self.issues)

    @property
    def blocking(self) -> int:
        """Return how many things a person must correct before scheduling."""
        return len(self.own_issues) + sum(len(part.issues) for part in self.parts) + bool(self.minute_problem)

    @property
    def minute_problem(self) -> str:
        """Return why the minute that is being written cannot be taken, or an empty string."""
        if not (self.minute.is_bound and self.minute.data.get("day") and self.minute.data.get("hour")):
            return ""
        return next((str(errors[0]) for errors in self.minute.errors.values()), "")


def editor_of(*, member: Member, pk: int, now: datetime, data: QueryDict | None = None, hour: str = "") -> Editor:
    """Return the editor of a publication as it is saved or, with `data`, as the submitted form leaves it."""
    publication = queries.get_publication(member=member, pk=pk)
    adaptations = queries.adaptations_of(publication)
    source = source_of(publication)
    if data is not None:
        data = spread_text(data, adaptations, source)
    general = PublicationForm(data, initial=initial_of(publication))
    general.fields["link"].required = loader_of(publication.source_kind).needs_link
    forms = [_adaptation_form(adaptation, data) for adaptation in adaptations]
    if data is not None:
        _apply_form(publication, general, forms, member)
    check, acceptance = queries.latest_link_check(publication), queries.latest_acceptance(publication)
    present_media = queries.source_media(publication, adaptations)
    issues = rules.issues_of(publication, adaptations, check, acceptance, present_media=present_media)
    issues += piece_issues(adaptations)
    threads = by_account(deliveries_of(publication.ref))
    conversions = queries.conversions_of(publication)
    at, minute_why = (now, "") if data is not None else _suggested_minute(publication, now, hour)
    minute = MinuteForm(data, now=now, initial=None if data is not None else _minute_values(at))
    due_at = minute.due_at() if minute.is_valid() else at if data is None else publication.due_at or now
    advice = advice_for(adaptations, due_at=due_at, now=now)
    going = [adaptation.account for adaptation in adaptations if not adaptation.skipped]
    return Editor(
        publication=publication,
        source=source,
        general=general,
        minute=minute,
        parts=tuple(_part(form, issues, threads.get(form.adaptation.account_id, []), conversions) for form in forms),
        issues=tuple(issues),
        link_check=check,
        acceptance=acceptance,
        advice=tuple(item for item in advice if not item.is_cost),
        costs=tuple(item.text for item in advice if item.is_cost),
        missing_accounts=tuple(queries.missing_accounts(publication)),
        hour_advice=advice_at(publication, going, at=due_at) if due_at > now else (),
        minute_why=minute_why,
        hashtags=review_hashtags(publication, adaptations, source, day=timezone.localdate(due_at)),
    )


def _adaptation_form(adaptation: Adaptation, data: QueryDict | None) -> AdaptationForm:
    caps = connector(adaptation.account.network).capabilities
    return AdaptationForm(adaptation, data, takes_title=caps.takes_title, takes_reels=caps.reels_apart)


def _apply_form(
    publication: Publication, general: PublicationForm, forms: Iterable[AdaptationForm], by: Member
) -> None:
    """Apply the submitted forms to the objects in memory, so that rules check them. Nothing is saved."""
    forms = list(forms)
    for form in forms:
        form.adaptation.parts = list(form.parts)
    if not all([general.is_valid(), *(form.is_valid() for form in forms)]):
        return
    change = change_of(general, forms)
    apply_general_change(publication, change)
    for form in forms:
        adaptation_change = change.adaptations[form.adaptation.account_id]
        form.adaptation.publication = publication
        apply_change(form.adaptation, adaptation_change, by)


def _part(
    form: AdaptationForm, issues: list[Issue], thread: list[Delivery], conversions: list[MediaConversion]
) -> AccountPart:
    adaptation = form.adaptation
    network = connector(adaptation.account.network)
    prefix = f"account:{adaptation.account_id}:"
    return AccountPart(
        adaptation=adaptation,
        form=form,
        capabilities=network.capabilities,
        count=network.measure(adaptation.text),
        limit=network.capabilities.limits["text"].value,
        issues=tuple(issue for issue in issues if issue.field.startswith(prefix)),
        delivery=thread[0] if thread else None,
        connector=network,
        thread=tuple(thread),
        under=parts_of(adaptation, network, thread),
        media=medium_parts(form.attachments, issues, conversions),
        upload=UploadForm(adaptation.account_id),
    )


def _minute_values(at: datetime) -> dict[str, object]:
    local = timezone.localtime(at)
    return {"day": local.date(), "hour": f"{local:%H:%M}"}


def _suggested_minute(publication: Publication, now: datetime, hour: str) -> tuple[datetime, str]:
    """Return its own minute or the asked one if it has not passed, else the proposed gap or the next quarter.

    With a proposed gap, also why it is proposed.
    """
    for at in (publication.due_at, requested_minute(hour, now)):
        if at is not None and at > now:
            return at, ""
    proposal = proposal_of_today(publication, now=now)
    return (proposal.at, proposal.why) if proposal else (next_quarter(now), "")
