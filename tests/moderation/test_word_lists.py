"""The life of a version of a word list: trial, shadow, in force, a second person, brake, and undone as one (N-4)."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse
from django.utils import timezone

from pregonero.errors import NotAllowed, NotFound, Refused, WrongState
from pregonero.inbox.models import Message
from pregonero.moderation import list_queries
from pregonero.moderation.actions import word_lists as actions
from pregonero.moderation.actions.list_watch import store_hits
from pregonero.moderation.list_files import ListTerm, starting_list
from pregonero.moderation.list_rules import brakes, needs_second_person
from pregonero.moderation.list_states import Limits, ListState
from pregonero.moderation.models import (
    CommunityRule,
    Decision,
    ListHit,
    ListLimits,
    ModeratedComment,
    WordListVersion,
)
from pregonero.moderation.states import Verb, Visibility
from pregonero.moderation.tasks import found_in, holds, try_list, watch_lists
from pregonero.networks.models import Account
from pregonero.people.models import Member, Notice
from pregonero.records.models import Event
from tests.moderation.conftest import Comment
from tests.moderation.test_views import signed_in

pytestmark = pytest.mark.procedure("N-4")
WHY = "Lo pidió el Grupo."
INSULT = "Ese señor es un h1juepu7a"
CRITICISM = "Corruptos, gonorrea de gestión"


@pytest.fixture
def many(page: Account, comment: Comment) -> Callable[[int], None]:
    """Return a function that stores so many harmless comments, and one after which the page has a conversation."""
    first = comment("Buenos días")

    def harmless(count: int, text: str = "Muy bonita la feria") -> None:
        now = timezone.now()
        Message.objects.bulk_create(
            Message(
                conversation=first.conversation,
                account=page,
                remote_id=f"m{now.timestamp()}-{place}",
                kind="COMMENT",
                contact=first.contact,
                is_work=True,
                text=f"{text} {place}",
                digest="0" * 64,
                written_at=now,
                received_at=now,
            )
            for place in range(count)
        )

    return harmless


def written(account: Account, by: Member, *terms: str) -> WordListVersion:
    """Return a version that was tried on the past."""
    listed = [ListTerm(term, "INSULT") for term in terms] or starting_list()
    version = actions.write_list(account=account, terms=listed, reason=WHY, by=by, now=timezone.now())
    try_list(version_id=version.pk)
    return list_queries.get_list(member=by, pk=version.pk)


def shadowed(account: Account, by: Member, *terms: str) -> WordListVersion:
    return actions.watch_in_shadow(version=written(account, by, *terms), reason=WHY, by=by, now=timezone.now())


def forced(account: Account, by: Member, *terms: str) -> WordListVersion:
    return actions.put_list_in_force(version=shadowed(account, by, *terms), reason=WHY, by=by, now=timezone.now())


def watch() -> None:
    watch_lists(timestamp=int(timezone.now().timestamp()))


def test_a_version_is_tried_on_what_was_written_before(page: Account, ana: Member, comment: Comment) -> None:
    comment(INSULT), comment(CRITICISM, "Luis Pardo"), comment("La reputación del diputado", "Eva Ruiz")
    trial = written(page, ana).trial
    assert (trial["read"], trial["hits"], trial["criticism"]) == (3, 2, 1)
    assert dict(trial["terms"]) == {"hijueputa": 1, "gonorrea": 1}
    examples = list_queries.examples_of(WordListVersion.objects.get())
    assert [(one.message.text, one.is_criticism) for one in examples] == [(CRITICISM, True), (INSULT, False)]
    assert Decision.objects.count() == 0


def test_what_is_older_than_90_days_is_not_tried(page: Account, ana: Member, comment: Comment) -> None:
    Message.objects.filter(pk=comment(INSULT).pk).update(written_at=timezone.now() - timedelta(days=91))
    assert written(page, ana).trial["read"] == 0


def test_in_shadow_it_looks_and_touches_nothing(
    page: Account, ana: Member, comment: Comment, rules: list[CommunityRule]
) -> None:
    version = shadowed(page, ana)
    message = comment(INSULT)
    watch(), watch()
    hit = ListHit.objects.get(version=version)
    assert (hit.message_id, hit.term, hit.acted) == (message.pk, "hijueputa", False)
    assert not Decision.objects.exists() and not ModeratedComment.objects.exists()


def test_in_force_it_holds_what_arrives_citing_the_rule(
    page: Account, ana: Member, comment: Comment, rules: list[CommunityRule], many: Callable[[int], None]
) -> None:
    version = forced(page, ana)
    assert version.state == ListState.IN_FORCE
    message = comment(INSULT)
    watch(), watch()
    decision = Decision.objects.get(message=message)
    assert (decision.verb, decision.category, decision.by, decision.source_id) == (
        Verb.HOLD,
        "INSULT",
        None,
        version.pk,
    )
    assert "«hijueputa»" in decision.reason and decision.rule is not None
    assert ListHit.objects.get(version=version).acted


def test_an_edit_that_brings_the_insult_is_found_too(
    page: Account, ana: Member, comment: Comment, rules: list[CommunityRule]
) -> None:
    forced(page, ana)
    message = comment("Buena feria")
    watch()
    Message.objects.filter(pk=message.pk).update(text=INSULT, edited_at=timezone.now())
    watch()
    assert Decision.objects.get().message_id == message.pk


def test_a_worker_that_ends_between_finding_and_holding_loses_nothing(
    page: Account, ana: Member, comment: Comment, rules: list[CommunityRule]
) -> None:
    version = forced(page, ana)
    message = comment(INSULT)
    found = list(found_in(version, list_queries.arrived_since(version)))
    store_hits(version=version, found=found, until=timezone.now(), now=timezone.now())  # and the worker ends here
    assert not Decision.objects.exists()
    watch(), watch()
    assert Decision.objects.get().message_id == message.pk


def test_nothing_of_a_large_reading_is_left_unseen(page: Account, ana: Member, many: Callable[..., None]) -> None:
    version = shadowed(page, ana, "gonorrea")
    many(2_100)
    many(1, "Qué gonorrea de feria")
    Message.objects.update(received_at=timezone.now())
    watch()
    assert ListHit.objects.filter(version=version).count() == 1


def test_without_a_rule_of_its_category_nothing_is_held(page: Account, ana: Member, comment: Comment) -> None:
    forced(page, ana)
    comment(INSULT)
    watch()
    assert ListHit.objects.filter(acted=False).count() == 1 and not Decision.objects.exists()


def test_a_version_that_touches_criticism_needs_a_second_person(
    page: Account, ana: Member, carmen: Member, comment: Comment
) -> None:
    comment(CRITICISM)
    version = actions.put_list_in_force(version=shadowed(page, ana), reason=WHY, by=ana, now=timezone.now())
    assert version.state == ListState.ASKED
    assert Notice.objects.filter(kind="word_list.asked", member=carmen).exists()
    with pytest.raises(NotAllowed, match="otra persona"):
        actions.confirm_list(version=version, reason=WHY, by=ana, now=timezone.now())
    confirmed = actions.confirm_list(version=version, reason=WHY, by=carmen, now=timezone.now())
    assert (confirmed.state, confirmed.asked_by, confirmed.confirmed_by) == (ListState.IN_FORCE, ana, carmen)


@pytest.mark.django_db
def test_the_database_refuses_one_person_as_both(page: Account, ana: Member, comment: Comment) -> None:
    comment(CRITICISM)
    version = actions.put_list_in_force(version=shadowed(page, ana), reason=WHY, by=ana, now=timezone.now())
    for changes in ({"confirmed_by": ana}, {"state": ListState.IN_FORCE, "in_force_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WordListVersion.objects.filter(pk=version.pk).update(**changes)


@pytest.mark.parametrize(
    ("read", "hits", "criticism", "needs"),
    [(1_000, 10, 2, False), (1_000, 11, 0, True), (1_000, 10, 3, True), (0, 0, 0, False), (5, 1, 0, True)],
)
def test_shares_from_which_a_second_person_signs(read: int, hits: int, criticism: int, needs: bool) -> None:
    assert needs_second_person(read=read, hits=hits, criticism=criticism) is needs


def test_a_flood_stops_a_new_version_before_it_holds_anything(
    page: Account, ana: Member, carmen: Member, rules: list[CommunityRule], many: Callable[..., None]
) -> None:
    version = forced(page, ana, "feria")
    many(30)
    watch()
    stopped = WordListVersion.objects.get(pk=version.pk)
    assert stopped.state == ListState.STOPPED and not Decision.objects.exists()
    assert stopped.steps.get(state=ListState.STOPPED).by is None
    notice = Notice.objects.get(kind="word_list.braked", member=carmen)
    assert "30 de los 30 comentarios" in notice.why
    many(5)
    watch()
    assert ListHit.objects.filter(version=version).count() == 30


def test_the_brake_lets_go_an_old_version_and_a_few_comments() -> None:
    now = timezone.now()
    version = WordListVersion(in_force_at=now, trial={"read": 100, "hits": 10})
    assert brakes(version, hits=31, arrived=100, now=now)
    assert not brakes(version, hits=30, arrived=100, now=now), "three times its usual share"
    assert not brakes(version, hits=9, arrived=9, now=now), "too few to tell"
    assert not brakes(version, hits=100, arrived=100, now=now + timedelta(days=8)), "no longer new"


def test_everything_that_a_version_did_is_undone_as_one(
    page: Account, ana: Member, comment: Comment, rules: list[CommunityRule]
) -> None:
    version = forced(page, ana)
    kept = [comment(INSULT), comment("Gonorrea", "Eva Ruiz")]
    watch()
    undone = actions.undo_list(version=version, reason="Tocó lo que no era.", by=ana, now=timezone.now())
    assert {decision.message_id for decision in undone} == {one.pk for one in kept}
    assert set(ModeratedComment.objects.values_list("visibility", flat=True)) == {Visibility.VISIBLE}
    comment(INSULT, "Sol Mora")
    watch()
    assert ModeratedComment.objects.count() == 2
    with pytest.raises(WrongState):
        actions.undo_list(version=version, reason="Otra vez.", by=ana, now=timezone.now())


def test_what_was_found_before_an_undo_is_not_held_after_it(
    page: Account, ana: Member, comment: Comment, rules: list[CommunityRule]
) -> None:
    version = forced(page, ana)
    comment(INSULT)
    found = list(found_in(version, list_queries.arrived_since(version)))
    (hit,) = store_hits(version=version, found=found, until=timezone.now(), now=timezone.now())
    actions.undo_list(version=version, reason="Tocó lo que no era.", by=ana, now=timezone.now())
    assert not holds(hit) and not Decision.objects.exists()


def test_a_new_version_in_force_replaces_the_other(page: Account, ana: Member) -> None:
    first, second = forced(page, ana, "gonorrea"), forced(page, ana, "gonorrea", "pirobo")
    states = dict(WordListVersion.objects.values_list("number", "state"))
    assert states == {first.number: ListState.REPLACED, second.number: ListState.IN_FORCE}


def test_a_version_never_changes_and_each_step_is_recorded(page: Account, ana: Member) -> None:
    version = forced(page, ana, "gonorrea")
    for changes in ({"terms": []}, {"reason": "otra"}, {"state": ListState.WRITTEN}):
        with pytest.raises(ProgrammingError), transaction.atomic():
            WordListVersion.objects.filter(pk=version.pk).update(**changes)
    events = Event.objects.filter(ref=version.ref.reference).order_by("pk")
    assert [event.facts["state"] for event in events] == ["WRITTEN", "SHADOW", "IN_FORCE"]
    assert all(event.actor["name"] == ana.name for event in events)


def test_refusals_say_what_to_do(page: Account, ana: Member, luis: Member) -> None:
    now = timezone.now()
    version = written(page, ana, "gonorrea")
    with pytest.raises(NotAllowed):
        actions.watch_in_shadow(version=version, reason=WHY, by=luis, now=now)
    with pytest.raises(WrongState, match="no puede pasar a en vigor"):
        actions.put_list_in_force(version=version, reason=WHY, by=ana, now=now)
    with pytest.raises(Refused, match="por qué"):
        actions.watch_in_shadow(version=version, reason=" ", by=ana, now=now)
    with pytest.raises(WrongState, match="igual a la versión 1"):
        actions.write_list(account=page, terms=[ListTerm("gonorrea", "INSULT")], reason=WHY, by=ana, now=now)


def test_a_list_of_another_entity_is_not_found(page: Account, ana: Member, dario: Member) -> None:
    version = written(page, ana, "gonorrea")
    with pytest.raises(NotFound):
        actions.watch_in_shadow(version=version, reason=WHY, by=dario, now=timezone.now())


def test_the_coordination_sets_the_limits_of_the_lists_and_each_change_is_a_version(
    page: Account, ana: Member, carmen: Member, comment: Comment, many: Callable[..., None]
) -> None:
    comment(CRITICISM)
    assert written(page, ana, "gonorrea").needs_second_person
    limits = asdict(Limits(second_person_share=100, second_person_criticism=100, brake_least=1_000))
    path = reverse("moderation:word_lists")
    assert signed_in(ana).post(path, limits | {"reason": WHY}).status_code == 403
    assert signed_in(carmen).post(path, limits | {"reason": WHY, "brake_share": 0}).status_code == 422
    assert signed_in(carmen).post(path, limits | {"reason": ""}).status_code == 422
    assert signed_in(carmen).post(path, limits | {"reason": WHY}).status_code == 302

    assert list_queries.limits_of(page.entity) == Limits(**limits)
    assert not written(page, ana, "gonorrea", "pirobo").needs_second_person
    version = forced(page, ana, "feria")
    many(30)
    watch()
    assert WordListVersion.objects.get(pk=version.pk).state == ListState.IN_FORCE, "fewer than the brake looks at"
    assert Event.objects.get(event_type="list_limits.set").facts == limits
    with pytest.raises(ProgrammingError, match="append_only"), transaction.atomic():
        ListLimits.objects.update(brake_share=1)
    with pytest.raises(IntegrityError, match="list_limits_are_whole"), transaction.atomic():
        shared = {"entity": page.entity, "number": 2, "reason": WHY, "by": carmen, "at": timezone.now()}
        ListLimits.objects.create(**shared | limits | {"brake_share": 0})
