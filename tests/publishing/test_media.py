"""The media of each account: order, accessibility (N-6), limits and conversions (D-1)."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pregonero.errors import NotFound, NotReady, WrongState
from pregonero.media.actions import save_upload
from pregonero.media.models import Medium
from pregonero.media.store import store_upload
from pregonero.networks.media_conversion import Choice
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.outbox.payload import fingerprint_of
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import actions, media_versions, queries, rules
from pregonero.publishing.actions import AttachmentWords, Described
from pregonero.publishing.edits import current_change
from pregonero.publishing.models import Adaptation, Attachment, MediaConversion, Publication
from pregonero.publishing.payload import payloads_of, post_of
from pregonero.records.models import Event
from tests.films import CAPTIONS, film, picture
from tests.publishing.test_states import put
from tests.stage import deliveries_in, drafted, programmed

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("D-1")]


@pytest.fixture
def draft(news: News, ana: Member, now: datetime) -> Publication:
    return drafted(news, ana, now)


def of(publication: Publication, network: str) -> Adaptation:
    return next(each for each in queries.adaptations_of(publication) if each.account.network == network)


def uploaded(by: Member, now: datetime, data: bytes, name: str = "", wanted: str = "media") -> Medium:
    return save_upload(stored=store_upload(iter([data]), name, expected=wanted), by=by, now=now)


def attach(publication: Publication, network: str, medium: Medium, by: Member, now: datetime, **said: str) -> None:
    actions.attach_medium(
        publication=publication,
        accounts=[of(publication, network).account_id],
        medium=medium,
        by=by,
        now=now,
        described=Described(**said),
    )


def order(publication: Publication, network: str) -> list[str]:
    return [f"{each.position} {each.medium.mime}" for each in of(publication, network).media]


def test_media_are_published_in_the_order_of_their_positions(draft: Publication, ana: Member, now: datetime) -> None:
    for kind in ("PNG", "WEBP"):
        attach(draft, "x", uploaded(ana, now, picture(kind)), ana, now, alt=f"Una {kind}")
    assert order(draft, "x") == ["1 image/jpeg", "2 image/png", "3 image/webp"]
    actions.place_medium(attachment=of(draft, "x").media[2], position=1, by=ana, now=now)
    assert order(draft, "x") == ["1 image/webp", "2 image/jpeg", "3 image/png"]
    post = post_of(of(draft, "x"))
    assert [(medium.mime, medium.alt) for medium in post.media] == [
        ("image/webp", "Una WEBP"),
        ("image/jpeg", "Gráfica de barras"),
        ("image/png", "Una PNG"),
    ]
    actions.detach_medium(attachment=of(draft, "x").media[1], by=ana, now=now)
    assert order(draft, "x") == ["1 image/webp", "2 image/png"]
    assert order(draft, "instagram") == ["1 image/jpeg"]
    assert Event.objects.filter(event_type="publication.media").count() == 4


def test_attaching_a_file_twice_adds_it_once(draft: Publication, ana: Member, now: datetime) -> None:
    medium = uploaded(ana, now, picture("PNG"))
    attach(draft, "x", medium, ana, now, alt="Una")
    attach(draft, "x", medium, ana, now, alt="Otra")
    assert order(draft, "x") == ["1 image/jpeg", "2 image/png"]


def test_x_refuses_five_pictures(draft: Publication, ana: Member, now: datetime) -> None:
    for side in range(10, 14):
        attach(draft, "x", uploaded(ana, now, picture("PNG", (side, 10))), ana, now, alt="Una")
    texts = [issue.text for issue in rules.adaptation_issues(of(draft, "x"))]
    assert texts == ["X admite 4 imágenes y hay 5."]


def test_the_content_and_its_fingerprint_include_the_media(draft: Publication, ana: Member, now: datetime) -> None:
    adaptation = of(draft, "youtube")
    (video,) = adaptation.media
    before = fingerprint_of(payloads_of(adaptation)[0][1])
    captions = uploaded(ana, now, CAPTIONS, "s.vtt", "captions")
    thumbnail = uploaded(ana, now, picture(), "m.jpg", "picture")
    actions.add_captions(attachment=video, captions=captions, by=ana, now=now)
    actions.add_thumbnail(attachment=video, thumbnail=thumbnail, by=ana, now=now)
    adaptation = of(draft, "youtube")
    post = post_of(adaptation)
    ((_, payload),) = payloads_of(adaptation)
    assert payload["media"] == [
        {"alt": "", "sha256": video.medium.sha256, "captions": captions.sha256, "thumbnail": thumbnail.sha256}
    ]
    assert fingerprint_of(payload) != before
    (medium,) = post.media
    assert medium.captions is not None
    assert medium.captions.read_bytes() == CAPTIONS
    assert medium.thumbnail is not None


@pytest.mark.procedure("N-6")
def test_without_its_captions_a_video_needs_a_reason_again(draft: Publication, ana: Member, now: datetime) -> None:
    (video,) = of(draft, "youtube").media
    with pytest.raises(WrongState, match="no lleva subtítulos"):
        actions.take_captions_away(attachment=video, by=ana, now=now)
    captions = uploaded(ana, now, CAPTIONS, "s.vtt", "captions")
    actions.add_captions(attachment=video, captions=captions, by=ana, now=now)
    draft = actions.program_publication(publication=draft, due_at=now + timedelta(hours=1), by=ana, now=now)
    with pytest.raises(NotReady, match="subtítulos"):
        actions.take_captions_away(attachment=video, by=ana, now=now)
    assert of(draft, "youtube").media[0].captions == captions


@pytest.mark.procedure("N-6")
def test_programming_requires_alt_and_captions_or_a_reason_with_a_name(
    draft: Publication, ana: Member, beto: Member, now: datetime
) -> None:
    (shown,), (heard,) = of(draft, "x").media, of(draft, "youtube").media
    Attachment.objects.filter(pk=shown.pk).update(alt=" ")
    Attachment.objects.filter(pk=heard.pk).update(captions_missing_because="", captions_missing_by=None)
    due_at = now + timedelta(hours=1)
    with pytest.raises(NotReady) as refused:
        actions.program_publication(publication=draft, due_at=due_at, by=ana, now=now)
    assert {issue.key for issue in refused.value.issues} == {"no_alt", "no_captions"}
    because = {
        shown.pk: AttachmentWords(alt_missing_because="Es un adorno."),
        heard.pk: AttachmentWords(captions_missing_because="No tiene voz."),
    }
    wanted = {each.account_id: replace(current_change(each), media=because) for each in queries.adaptations_of(draft)}
    change = actions.PublicationChange(draft.why, draft.theme, 2, draft.link, wanted)
    draft.refresh_from_db()
    actions.edit_publication(publication=draft, change=change, revision=draft.revision, by=beto, now=now)
    actions.program_publication(publication=draft, due_at=due_at, by=ana, now=now)
    shown.refresh_from_db()
    heard.refresh_from_db()
    assert (shown.alt_missing_by, heard.captions_missing_by) == (beto, beto)


@pytest.mark.procedure("N-6")
def test_the_database_refuses_a_name_with_an_empty_reason(draft: Publication, ana: Member) -> None:
    from django.db import IntegrityError, transaction

    (shown,) = of(draft, "x").media
    for wrong in (
        {"alt_missing_because": "", "alt_missing_by": ana},
        {"alt_missing_because": "Así", "alt_missing_by": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Attachment.objects.filter(pk=shown.pk).update(**wrong)


def test_a_picture_of_a_programmed_publication_needs_its_alternative_text(
    news: News, ana: Member, now: datetime
) -> None:
    publication = programmed(news, ana, now, due_at=now + timedelta(hours=1))
    Delivery.objects.filter(subject_id=publication.pk).update(prepared_for="f" * 64)
    medium = uploaded(ana, now, picture("PNG"))
    with pytest.raises(NotReady, match="Describe la imagen 2"):
        attach(publication, "x", medium, ana, now)
    assert order(publication, "x") == ["1 image/jpeg"]
    attach(publication, "x", medium, ana, now, alt="Un mapa")
    assert order(publication, "x") == ["1 image/jpeg", "2 image/png"]
    prepared = dict(Delivery.objects.filter(subject_id=publication.pk).values_list("account__network", "prepared_for"))
    assert (prepared["x"], prepared["facebook"]) == ("", "f" * 64)


def test_the_media_of_a_published_post_cannot_change(
    news: News, ana: Member, now: datetime, accounts: dict[str, Account]
) -> None:
    publication = programmed(news, ana, now, due_at=now + timedelta(hours=1))
    put(Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["x"]), DeliveryState.PUBLISHED)
    with pytest.raises(WrongState, match="ya se publicó"):
        actions.detach_medium(attachment=of(publication, "x").media[0], by=ana, now=now)


def test_media_of_another_entity_are_not_found(draft: Publication, dario: Member, now: datetime) -> None:
    with pytest.raises(NotFound):
        actions.detach_medium(attachment=of(draft, "x").media[0], by=dario, now=now)


def fixed(
    publication: Publication, network: str, by: Member, now: datetime, choice: Choice = media_versions.NO_CHOICE
) -> str:
    adaptation = of(publication, network)
    attachment = adaptation.media[0]
    issues = media_versions.fixable(attachment, rules.adaptation_issues(adaptation))
    return media_versions.fix_medium(attachment=attachment, issues=issues, choice=choice, by=by, now=now)


def put_first(publication: Publication, network: str, medium: Medium) -> None:
    Attachment.objects.filter(pk=of(publication, network).media[0].pk).update(medium=medium)


def test_fixing_a_picture_creates_a_version_and_keeps_the_original(
    draft: Publication, ana: Member, now: datetime
) -> None:
    came = uploaded(ana, now, picture("PNG", (300, 100)), "mapa.png")
    put_first(draft, "instagram", came)
    issues = rules.adaptation_issues(of(draft, "instagram"))
    assert {issue.key for issue in issues} == {"wrong_kind"}
    assert fixed(draft, "instagram", ana, now).startswith("Listo: recortar, dejando el centro")
    adaptation = of(draft, "instagram")
    made = adaptation.media[0].medium
    assert rules.adaptation_issues(adaptation) == []
    assert (made.made_from, made.mime, made.made_how["mime"]) == (came, "image/jpeg", "image/jpeg")
    assert adaptation.media[0].alt == "Gráfica de barras"
    came.refresh_from_db()
    assert came.mime == "image/png"
    assert Event.objects.get(event_type="medium.converted").facts["from"] == came.sha256


@pytest.fixture
def reel(draft: Publication, ana: Member, now: datetime, tmp_path: Path) -> Publication:
    """A publication whose Facebook text goes with a wide video, to be sent as a reel."""
    made = film(tmp_path / "ancho.mp4", size=(1280, 960), seconds=4)
    attach(
        draft,
        "facebook",
        uploaded(ana, now, made.read_bytes(), "ancho.mp4"),
        ana,
        now,
        without_captions_because="No tiene voz.",
    )
    Adaptation.objects.filter(pk=of(draft, "facebook").pk).update(format="reel")
    return draft


def test_a_reel_has_its_own_limits(reel: Publication) -> None:
    adaptation = of(reel, "facebook")
    assert {"wrong_ratio", "too_slow"} <= {issue.key for issue in rules.adaptation_issues(adaptation)}
    post = post_of(adaptation)
    assert (post.format, payloads_of(adaptation)[0][1]["format"]) == ("reel", "reel")
    as_reel = fingerprint_of(payloads_of(adaptation)[0][1])
    adaptation.format = ""
    assert rules.adaptation_issues(adaptation) == []
    assert fingerprint_of(payloads_of(adaptation)[0][1]) != as_reel


def test_run_conversion_replaces_the_video_with_its_version(reel: Publication, ana: Member, now: datetime) -> None:
    came = of(reel, "facebook").media[0].medium
    assert "se está haciendo" in fixed(reel, "facebook", ana, now)
    assert "se está haciendo" in fixed(reel, "facebook", ana, now)  # a second click
    conversion = MediaConversion.objects.get()
    assert (conversion.state, conversion.percent) == ("QUEUED", 0)
    media_versions.run_conversion(conversion_id=conversion.pk)
    conversion.refresh_from_db()
    assert (conversion.state, conversion.percent, conversion.reason) == ("DONE", 100, "")
    adaptation = of(reel, "facebook")
    made = adaptation.media[0].medium
    assert rules.adaptation_issues(adaptation) == []
    assert (made.made_from, made.traits["codec"], made.traits["moov_first"]) == (came, "h264", True)
    media_versions.run_conversion(conversion_id=conversion.pk)  # the job once more
    assert Medium.objects.filter(made_from=came).count() == 1


def converted_while_programmed(reel: Publication, ana: Member, now: datetime) -> MediaConversion:
    """Return a running conversion whose publication was programmed after it started."""
    fixed(reel, "facebook", ana, now)
    Adaptation.objects.filter(pk=of(reel, "facebook").pk).update(format="")  # as a plain video it is taken as it is
    reel.refresh_from_db()
    actions.program_publication(publication=reel, due_at=now + timedelta(hours=1), by=ana, now=now)
    deliveries_in(reel).update(prepared_for="f" * 64)
    return MediaConversion.objects.get()


def test_run_conversion_replaces_the_video_of_a_programmed_publication_that_stays_ready(
    reel: Publication, ana: Member, now: datetime
) -> None:
    conversion = converted_while_programmed(reel, ana, now)
    media_versions.run_conversion(conversion_id=conversion.pk)
    conversion.refresh_from_db()
    assert (conversion.state, conversion.reason) == ("DONE", "")
    assert of(reel, "facebook").media[0].medium == conversion.version
    prepared = dict(deliveries_in(reel).values_list("account__network", "prepared_for"))
    assert (prepared["facebook"], prepared["x"]) == ("", "f" * 64)
    facts = Event.objects.filter(event_type="publication.media").order_by("-pk").values_list("facts", flat=True)[0]
    assert (facts["act"], facts["before"], facts["sha256"]) == (
        "exchanged",
        conversion.medium.sha256,
        conversion.version and conversion.version.sha256,
    )


def test_run_conversion_does_not_replace_the_video_if_the_publication_would_not_be_ready(
    reel: Publication, ana: Member, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversion = converted_while_programmed(reel, ana, now)
    came = of(reel, "facebook").media[0].medium
    mistaken = store_upload(iter([picture("PNG")]), "mapa.png", expected="media")  # of no kind that goes without words
    monkeypatch.setattr(media_versions, "convert_video", lambda *_: mistaken)
    media_versions.run_conversion(conversion_id=conversion.pk)
    conversion.refresh_from_db()
    assert "sin descripción" in conversion.reason
    assert of(reel, "facebook").media[0].medium == came
    assert set(deliveries_in(reel).values_list("prepared_for", flat=True)) == {"f" * 64}
    assert not Event.objects.filter(event_type="publication.media", facts__act="exchanged").exists()


def test_a_failed_conversion_stores_its_reason(reel: Publication, ana: Member, now: datetime, settings: Any) -> None:
    fixed(reel, "facebook", ana, now)
    conversion = MediaConversion.objects.get()
    (Path(settings.MEDIA_FOLDER) / conversion.medium.file).write_bytes(b"....ftypisom" + b"\0" * 100)
    media_versions.run_conversion(conversion_id=conversion.pk)
    conversion.refresh_from_db()
    assert conversion.state == "FAILED"
    assert "no se pudo convertir" in conversion.reason
    assert of(reel, "facebook").media[0].medium == conversion.medium
