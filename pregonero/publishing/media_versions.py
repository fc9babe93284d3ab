"""Versions of files that a network accepts: the plan of each one, and its conversion, outside any transaction."""

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
from pregonero.publishing import queries
from pregonero.publishing.actions import exchange_medium, request_conversion
from pregonero.publishing.actions.media_versions import (
    fail_conversion,
    finish_conversion,
    report_progress,
    start_conversion,
)
from pregonero.publishing.media_forms import AttachmentForm, CropForm, VideoExtrasForm
from pregonero.publishing.models import Attachment, MediaConversion, Publication
from pregonero.publishing.payload import post_of

ACCESSIBILITY = {"no_alt", "no_captions"}  # no conversion of the file corrects these issues
NO_CHOICE = Choice()
REPORT_EVERY = 3  # percent


@dataclass(frozen=True)
class Offer:
    """The conversion with which a network would accept a file, or in Spanish why there is none."""

    plan: ConversionPlan | None
    ratios: tuple[str, ...] = ()
    why_not: str = ""

    @property
    def words(self) -> str:
        """Return the steps as a sentence: "Recortar, dejando el centro y guardar como JPEG en sRGB"."""
        steps = list(self.plan.steps) if self.plan else []
        sentence = " y ".join([", ".join(steps[:-1]), steps[-1]] if len(steps) > 1 else steps)
        return sentence[:1].upper() + sentence[1:]


@dataclass(frozen=True)
class MediumPart:
    """A file of an account in the editor: its forms, its issues, and the conversion that is offered or in progress."""

    form: AttachmentForm
    beside: VideoExtrasForm
    issues: tuple[Issue, ...]
    offer: Offer | None
    fix: CropForm | None
    conversion: MediaConversion | None


def medium_parts(
    forms: Iterable[AttachmentForm], issues: Iterable[Issue], conversions: Iterable[MediaConversion]
) -> tuple[MediumPart, ...]:
    """Return the files of an account's text for the editor, with the issues that concern each one."""
    latest = {
        (conversion.adaptation_id, conversion.medium_id): conversion for conversion in reversed(list(conversions))
    }
    return tuple(_medium_part(form, list(issues), latest) for form in forms)


def _medium_part(
    form: AttachmentForm, issues: list[Issue], conversions: dict[tuple[int, int], MediaConversion]
) -> MediumPart:
    attachment = form.attachment
    own = own_issues(attachment, issues)
    offer = offer_for(attachment, fixable(attachment, own))
    fix = CropForm(attachment.pk, offer.ratios) if offer is not None and offer.ratios else None
    conversion = conversions.get((attachment.adaptation_id, attachment.medium_id))
    return MediumPart(form, VideoExtrasForm(attachment.pk), tuple(own), offer, fix, conversion)


def accepted_formats(publication: Publication) -> str:
    """Return in Spanish what each network of a publication accepts: "YouTube recibe MP4, MOV, WEBM, AVI."."""
    networks = dict.fromkeys(adaptation.account.network for adaptation in queries.going_adaptations(publication))
    return " ".join(f"{connector(name).capabilities.label} recibe {kinds_of(name).names}." for name in networks)


def own_issues(attachment: Attachment, issues: Iterable[Issue]) -> list[Issue]:
    """Return the issues of a publication that concern one file."""
    field = f"account:{attachment.adaptation.account_id}:media:{attachment.position}"
    return [issue for issue in issues if issue.field == field]


def fixable(attachment: Attachment, issues: Iterable[Issue]) -> list[Issue]:
    """Return the issues of a file that a conversion may correct."""
    return [issue for issue in own_issues(attachment, issues) if issue.key not in ACCESSIBILITY]


def offer_for(attachment: Attachment, issues: list[Issue], choice: Choice = NO_CHOICE) -> Offer | None:
    """Return the conversion for a file with these issues, or None when it has none."""
    if not issues:
        return None
    network, form = attachment.adaptation.account.network, attachment.adaptation.format
    caps = connector(network).capabilities
    medium = post_of(attachment.adaptation).media[attachment.position - 1]
    try:
        plan = conversion_plan(medium, caps, kinds_of(network), form, choice)
    except CannotConvert as reason:
        return Offer(None, why_not=reason.reason)
    is_cropped = plan.conversion.box != (0, 0, medium.width, medium.height)
    return Offer(plan, tuple(ratios_for(medium, caps, form)) if is_cropped else ())


def fix_medium(*, attachment: Attachment, issues: list[Issue], choice: Choice, by: Member, now: datetime) -> str:
    """Convert a picture, or enqueue the conversion of a video; return a Spanish sentence that says what was done."""
    offer = offer_for(attachment, issues, choice)
    if offer is None:
        raise Refused("Ese archivo ya no necesita arreglo.")
    if offer.plan is None:
        raise Refused(offer.why_not)
    if attachment.medium.kind == MediumKind.VIDEO:
        request_conversion(attachment=attachment, plan=offer.plan, by=by, now=now)
        return "La versión se está haciendo; puedes seguir con lo demás."
    stored = convert_picture(path_of(attachment.medium), offer.plan.conversion)
    how = offer.plan.as_data()
    version = save_version(medium=attachment.medium, stored=stored, how=how, by=by, now=now)
    exchange_medium(attachment=attachment, medium=version, by=by, now=now)
    return f"Listo: {offer.words[:1].lower()}{offer.words[1:]}."


def run_conversion(*, conversion_id: int) -> None:
    """Convert a video and report the progress; if it fails, store why."""
    conversion = start_conversion(conversion_id=conversion_id)
    if conversion is None:
        return
    reported = 0

    def on_progress(percent: int) -> None:
        nonlocal reported
        if percent >= reported + REPORT_EVERY:
            reported = percent
            report_progress(conversion=conversion, percent=percent)

    try:
        stored = convert_video(
            path_of(conversion.medium), ConversionPlan.from_data(conversion.plan).conversion, on_progress
        )
    except UnusableFile as problem:
        fail_conversion(conversion=conversion, reason=problem.message, now=timezone.now())
        return
    finish_conversion(conversion=conversion, stored=stored, now=timezone.now())
