"""The accounts of a publication: paused and new ones stay in it, and what was omitted by itself comes back."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from pregonero.errors import NotReady
from pregonero.media.models import Medium
from pregonero.networks.actions.register import pause_account, register_account, resume_account, retire_account
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.publishing import actions, queries
from pregonero.publishing.actions import Described, PublicationChange
from pregonero.publishing.edits import current_change
from pregonero.publishing.models import Adaptation, Publication
from tests.publishing.test_views import sent, signed_in
from tests.stage import drafted

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("P-3")]
WILL_LEAVE = "está en pausa: saldrá cuando se reanude."
NO_VOICE = Described(without_captions_because="No tiene voz.")


def on(publication: Publication, network: str) -> Adaptation:
    return next(each for each in queries.adaptations_of(publication) if each.account.network == network)


def edit(publication: Publication, adaptation: Adaptation, by: Member, now: datetime, **changes: object) -> None:
    publication.refresh_from_db()
    change = PublicationChange(
        why="Interesa",
        theme="Comercio",
        relevance=2,
        link=publication.link,
        adaptations={adaptation.account_id: replace(current_change(adaptation), **changes)},  # type: ignore[arg-type]
    )
    actions.edit_publication(publication=publication, change=change, revision=publication.revision, by=by, now=now)


def new_account(carmen: Member, now: datetime, network: str = "mastodon") -> Account:
    return register_account(
        entity=carmen.entity,
        network=network,
        handle="otra",
        remote_id="id-otra",
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        server="https://mastodon.example" if network == "mastodon" else "",
        by=carmen,
        now=now,
    )


@pytest.fixture
def without_video(news: News) -> News:
    news.video = None
    news.save()
    return news


class TestPaused:
    """An account in pause stays in the publication, and the pages say that it leaves once it is resumed."""

    def test_draft_writes_a_text_for_a_paused_account(
        self, news: News, ana: Member, carmen: Member, accounts: dict[str, Account], now: datetime
    ) -> None:
        pause_account(account=accounts["x"], reason="Revisión de la cuenta.", by=carmen, now=now)
        publication = actions.draft_publication(source=news.ref, key=uuid4(), by=ana, now=now)
        assert on(publication, "x").text
        resume_account(account=accounts["x"], by=carmen, now=now)
        assert not on(publication, "x").skipped

    def test_editor_marks_it_and_the_checklist_says_it(
        self, news: News, beto: Member, carmen: Member, accounts: dict[str, Account], now: datetime
    ) -> None:
        pause_account(account=accounts["x"], reason="Revisión de la cuenta.", by=carmen, now=now)
        publication = drafted(news, beto, timezone.now())
        client, path = signed_in(beto), f"/publicaciones/{publication.pk}/"
        page = client.get(f"{path}editor/").content.decode()
        assert page.count(f"X {WILL_LEAVE}") == 2
        assert "Revisión de la cuenta." in page
        assert "Listo, con 1 aviso" in page
        assert f"X {WILL_LEAVE}" in client.post(f"{path}revision/", sent(publication)).content.decode()

    def test_scheduling_plans_its_delivery_too(
        self, news: News, beto: Member, carmen: Member, accounts: dict[str, Account], now: datetime
    ) -> None:
        pause_account(account=accounts["x"], reason="Revisión.", by=carmen, now=now)
        publication = drafted(news, beto, now)
        actions.program_publication(publication=publication, due_at=now + timedelta(hours=1), by=beto, now=now)
        assert Delivery.objects.filter(subject_id=publication.pk, account=accounts["x"]).count() == 1

    def test_a_network_omitted_by_a_person_does_not_promise_to_leave(
        self, news: News, beto: Member, carmen: Member, accounts: dict[str, Account], now: datetime
    ) -> None:
        pause_account(account=accounts["x"], reason="Revisión.", by=carmen, now=now)
        publication = drafted(news, beto, now)
        edit(publication, on(publication, "x"), beto, now, skipped=True, skip_reason="Ya se contó.")
        page = signed_in(beto).get(f"/publicaciones/{publication.pk}/editor/").content.decode()
        assert WILL_LEAVE not in page


class TestRegisteredLater:
    """An account registered after the draft is offered, and added by a button."""

    def test_editor_offers_it_and_adds_it_with_its_text(
        self, news: News, beto: Member, carmen: Member, now: datetime
    ) -> None:
        publication = drafted(news, beto, timezone.now())
        account = new_account(carmen, now)
        client, path = signed_in(beto), f"/publicaciones/{publication.pk}/"
        assert "no está en esta publicación" in client.get(f"{path}editor/").content.decode()
        assert client.post(f"{path}redes/", sent(publication)).status_code == 302
        assert publication.adaptations.get(account=account).text
        assert "no está en esta publicación" not in client.get(f"{path}editor/").content.decode()

    def test_adding_twice_changes_nothing(self, news: News, beto: Member, carmen: Member, now: datetime) -> None:
        publication = drafted(news, beto, now)
        new_account(carmen, now)
        assert len(actions.add_accounts(publication=publication, by=beto, now=now)) == 1
        publication.refresh_from_db()
        revision = publication.revision
        assert actions.add_accounts(publication=publication, by=beto, now=now) == []
        publication.refresh_from_db()
        assert publication.revision == revision

    def test_a_duplicate_has_it_from_the_start(self, news: News, beto: Member, carmen: Member, now: datetime) -> None:
        publication = drafted(news, beto, now)
        actions.program_publication(publication=publication, due_at=now + timedelta(hours=1), by=beto, now=now)
        actions.cancel_publication(publication=publication, reason="Cambió.", by=beto, now=now)
        account = new_account(carmen, now)
        draft = actions.duplicate_publication(publication=publication, key=uuid4(), by=beto, now=now)
        assert draft.adaptations.filter(account=account).exists()

    def test_a_retired_account_is_something_to_resolve(
        self, news: News, beto: Member, carmen: Member, accounts: dict[str, Account], now: datetime
    ) -> None:
        publication = drafted(news, beto, now)
        retire_account(account=accounts["x"], reason="Se cerró.", by=carmen, now=now)
        with pytest.raises(NotReady, match="ya no está en el registro"):
            actions.program_publication(publication=publication, due_at=now + timedelta(hours=1), by=beto, now=now)


class TestAutomaticOmission:
    """A network omitted for what it lacked comes back when that is there; a person's decision stays."""

    @pytest.mark.procedure("D-1")
    def test_video_ends_the_omission_and_writes_the_text(
        self, without_video: News, video: Medium, beto: Member, now: datetime
    ) -> None:
        publication = drafted(without_video, beto, now)
        youtube = on(publication, "youtube")
        assert (youtube.skipped, youtube.missing_medium) == (True, "video")
        actions.attach_medium(
            publication=publication, accounts=[youtube.account_id], medium=video, by=beto, now=now, described=NO_VOICE
        )
        youtube = on(publication, "youtube")
        assert (youtube.skipped, youtube.skip_reason, youtube.missing_medium) == (False, "", "")
        assert youtube.title == without_video.title
        assert without_video.summary in youtube.text
        actions.program_publication(publication=publication, due_at=now + timedelta(hours=1), by=beto, now=now)
        assert Delivery.objects.filter(subject_id=publication.pk, account=youtube.account).exists()

    def test_what_somebody_wrote_meanwhile_stays(
        self, without_video: News, video: Medium, beto: Member, now: datetime
    ) -> None:
        publication = drafted(without_video, beto, now)
        youtube = on(publication, "youtube")
        edit(publication, youtube, beto, now, text="Lo mío")
        accounts = [youtube.account_id]
        actions.attach_medium(publication=publication, accounts=accounts, medium=video, by=beto, now=now)
        youtube = on(publication, "youtube")
        assert (youtube.skipped, youtube.text, youtube.title) == (False, "Lo mío", "")

    def test_picture_does_not_end_the_omission_of_a_network_that_needs_a_video(
        self, without_video: News, picture: Medium, beto: Member, now: datetime
    ) -> None:
        publication = drafted(without_video, beto, now)
        youtube = on(publication, "youtube")
        accounts = [youtube.account_id]
        actions.attach_medium(publication=publication, accounts=accounts, medium=picture, by=beto, now=now)
        assert on(publication, "youtube").skipped

    def test_video_does_not_end_what_a_person_omitted(
        self, without_video: News, video: Medium, beto: Member, now: datetime
    ) -> None:
        publication = drafted(without_video, beto, now)
        youtube = on(publication, "youtube")
        edit(publication, youtube, beto, now, skip_reason="El canal no publica esto.")
        accounts = [youtube.account_id]
        actions.attach_medium(publication=publication, accounts=accounts, medium=video, by=beto, now=now)
        assert on(publication, "youtube").skip_reason == "El canal no publica esto."
        page = signed_in(beto).get(f"/publicaciones/{publication.pk}/editor/").content.decode()
        assert "En YouTube no se publica, y tiene un archivo." in page
        assert "Listo, con 1 aviso" in page

    def test_reason_that_is_no_longer_true_is_not_kept(
        self, without_video: News, video: Medium, beto: Member, now: datetime
    ) -> None:
        """The video of the news item is read after the draft: «la noticia no trae» is false by then."""
        publication = drafted(without_video, beto, now)
        without_video.video = video
        without_video.save()
        with pytest.raises(NotReady, match="La fuente ya trae un video para YouTube"):
            actions.program_publication(publication=publication, due_at=now + timedelta(hours=1), by=beto, now=now)
        edit(publication, on(publication, "youtube"), beto, now, skip_reason="Basta con las otras redes.")
        actions.program_publication(publication=publication, due_at=now + timedelta(hours=1), by=beto, now=now)

    def test_instagram_takes_the_video_of_news_without_a_picture(self, news: News, beto: Member, now: datetime) -> None:
        news.picture = None
        news.save()
        instagram = on(drafted(news, beto, now), "instagram")
        assert not instagram.skipped
        assert [each.medium for each in instagram.media] == [news.video]

    def test_scheduled_publication_gains_the_delivery(
        self, without_video: News, video: Medium, beto: Member, now: datetime
    ) -> None:
        publication = drafted(without_video, beto, now)
        actions.program_publication(publication=publication, due_at=now + timedelta(hours=1), by=beto, now=now)
        youtube = on(publication, "youtube")
        actions.attach_medium(
            publication=publication, accounts=[youtube.account_id], medium=video, by=beto, now=now, described=NO_VOICE
        )
        assert Delivery.objects.filter(subject_id=publication.pk, account=youtube.account).count() == 1


def test_a_network_omitted_with_its_text_is_a_warning(news: News, beto: Member, now: datetime) -> None:
    publication = drafted(news, beto, now)
    facebook = on(publication, "facebook")
    edit(publication, facebook, beto, now, skipped=True, skip_reason="Ya se contó.")
    page = signed_in(beto).get(f"/publicaciones/{publication.pk}/editor/").content.decode()
    assert "En Facebook no se publica, y tiene un texto." in page
    edit(publication, on(publication, "facebook"), beto, now, text="")
    page = signed_in(beto).get(f"/publicaciones/{publication.pk}/editor/").content.decode()
    assert "En Facebook no se publica, y tiene" not in page
