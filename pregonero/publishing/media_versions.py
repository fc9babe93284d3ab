"""Versions that networks would take: which could be made of a medium, and making them, outside any transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from pregonero.errors import Issue, Refused
from pregonero.media.actions import save_version
from pregonero.media.errors import UnusableFile
from pregonero.media.models import MediumKind
from pregonero.media.store import convert_picture, convert_video, path_of
from pregonero.networks.media_conversion import CannotConvert, Choice, ConversionPlan, conversion_plan, ratios_for
from pregonero.networks.registry import connector, kinds_of
from pregonero.people.models import Member
from pregonero.publishing.actions import ask_version, exchange_medium
from pregonero.publishing.actions.media_versions import begin_making, fail_making, finish_making, report_progress
from pregonero.publishing.forms import AttachmentForm, BesideForm, FixForm
from pregonero.publishing.models import Attachment, MediaConversion
from pregonero.publishing.payload import post_of

ACCESSIBILITY = {"no_alt", "no_captions"}  # no version of the file puts them right
AS_OFFERED = Choice()
TELL_EVERY = 3  # percent


@dataclass(frozen=True)
class Offer:
    """What can be done about a medium that its network would not take as it is; or why nothing can."""

    recipe: ConversionPlan | None
    ratios: tuple[str, ...] = ()
    why_not: str = ""

    @property
    def words(self) -> str:
        """Return what would be done, as a sentence: "Recortar, dejando el centro, y guardar como JPEG en sRGB"."""
        steps = list(self.recipe.steps) if self.recipe else []
        told = " y ".join([", ".join(steps[:-1]), steps[-1]] if len(steps) > 1 else steps)
        return told[:1].upper() + told[1:]


@dataclass(frozen=True)
class MediumPart:
    """A medium of an account in the editor: what is written of it, what is wrong with it, and what can be done."""

    form: AttachmentForm
    beside: BesideForm
    issues: tuple[Issue, ...]
    offer: Offer | None
    fix: FixForm | None
    making: MediaConversion | None


def medium_parts(
    forms: Iterable[AttachmentForm], issues: Iterable[Issue], makings: Iterable[MediaConversion]
) -> tuple[MediumPart, ...]:
    """Return the media of an account's text, each with what its network said of it."""
    latest = {(making.adaptation_id, making.medium_id): making for making in reversed(list(makings))}
    return tuple(_medium_part(form, list(issues), latest) for form in forms)


def _medium_part(
    form: AttachmentForm, issues: list[Issue], makings: dict[tuple[int, int], MediaConversion]
) -> MediumPart:
    attachment = form.attachment
    own = own_issues(attachment, issues)
    offer = offer_for(attachment, fixable(attachment, own))
    fix = FixForm(attachment.pk, offer.ratios) if offer is not None and offer.ratios else None
    making = makings.get((attachment.adaptation_id, attachment.medium_id))
    return MediumPart(form, BesideForm(attachment.pk), tuple(own), offer, fix, making)


def own_issues(attachment: Attachment, issues: Iterable[Issue]) -> list[Issue]:
    """Return those of a publication's issues that are of one medium."""
    field = f"account:{attachment.adaptation.account_id}:media:{attachment.position}"
    return [issue for issue in issues if issue.field == field]


def fixable(attachment: Attachment, issues: Iterable[Issue]) -> list[Issue]:
    """Return what its network said of a medium, apart from what is missing beside it."""
    return [issue for issue in own_issues(attachment, issues) if issue.key not in ACCESSIBILITY]


def offer_for(attachment: Attachment, issues: list[Issue], choice: Choice = AS_OFFERED) -> Offer | None:
    """Return what can be done about what its network said of a medium; nothing where it said nothing."""
    if not issues:
        return None
    network, form = attachment.adaptation.account.network, attachment.adaptation.format
    caps = connector(network).capabilities
    medium = post_of(attachment.adaptation).media[attachment.position - 1]
    try:
        recipe = conversion_plan(medium, caps, kinds_of(network), form, choice)
    except CannotConvert as reason:
        return Offer(None, why_not=reason.reason)
    crops = recipe.conversion.box != (0, 0, medium.width, medium.height)
    return Offer(recipe, tuple(ratios_for(medium, caps, form)) if crops else ())


def fix_medium(*, attachment: Attachment, issues: list[Issue], choice: Choice, by: Member, now: datetime) -> str:
    """Make the version that a network takes: a picture at once, a video by a worker; return what was done, in words."""
    offer = offer_for(attachment, issues, choice)
    if offer is None:
        raise Refused("Ese archivo ya no necesita arreglo.")
    if offer.recipe is None:
        raise Refused(offer.why_not)
    if attachment.medium.kind == MediumKind.VIDEO:
        ask_version(attachment=attachment, recipe=offer.recipe, by=by, now=now)
        return "La versión se está haciendo; puedes seguir con lo demás."
    stored = convert_picture(path_of(attachment.medium), offer.recipe.conversion)
    how = offer.recipe.as_data()
    made = save_version(medium=attachment.medium, stored=stored, how=how, by=by, now=now)
    exchange_medium(attachment=attachment, medium=made, by=by, now=now)
    return f"Listo: {offer.words[:1].lower()}{offer.words[1:]}."


def make_version(*, making_id: int) -> None:
    """Make the version of a video, telling how far it got; what cannot be made says why."""
    making = begin_making(making_id=making_id)
    if making is None:
        return
    told = 0

    def say(percent: int) -> None:
        nonlocal told
        if percent >= told + TELL_EVERY:
            told = percent
            report_progress(making=making, percent=percent)

    try:
        stored = convert_video(path_of(making.medium), ConversionPlan.from_data(making.recipe).conversion, say)
    except UnusableFile as problem:
        fail_making(making=making, reason=problem.message, now=timezone.now())
        return
    finish_making(making=making, stored=stored, now=timezone.now())
