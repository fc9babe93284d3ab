"""Deciding about a comment: with a rule and a reason; reversible; the same change twice is one (N-3, N-4)."""

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.db.utils import InternalError, ProgrammingError
from django.utils import timezone

from pregonero.errors import NotAllowed, NotFound, Refused, WrongState
from pregonero.moderation.actions.decisions import decide_wave, hold_by_rule, propose, undo_source, undo_wave
from pregonero.moderation.models import CommunityRule, Decision, ModeratedComment, Proposal
from pregonero.moderation.rules import NotACategory, Ruling
from pregonero.moderation.states import Effect, Verb, Visibility
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.actions import ObjectRef
from pregonero.records.models import Event
from tests.lab.process import Lab
from tests.moderation.conftest import (
    Comment,
    changes_of,
    hidden_there,
    hide,
    read_back,
    restore,
    send_changes,
    taken,
)

pytestmark = pytest.mark.procedure("N-3")
LIST = ObjectRef("word_list", 7, "Insultos, versión 3")


def state_of(message: object) -> ModeratedComment:
    return ModeratedComment.objects.select_related("decision").get(message=message)


def test_a_comment_is_hidden_at_the_network_with_its_rule_and_restored(
    comment: Comment, rules: list[CommunityRule], ana: Member, beto: Member, lab: Lab, page: Account
) -> None:
    message = comment()
    decision = taken(message, hide(rules[0]), ana)
    send_changes(page)
    read_back(page)

    decision.refresh_from_db()
    assert (decision.effect, decision.category, decision.rule) == (Effect.DONE, "INSULT", rules[0])
    assert hidden_there(lab, page) == {message.remote_id: True}
    state = state_of(message)
    assert (state.visibility, state.is_hidden_there) == (Visibility.HIDDEN, True)
    assert state.read_back_at is not None and state.check_at is None

    taken(message, restore(), beto)
    send_changes(page)

    assert hidden_there(lab, page) == {message.remote_id: False}
    assert changes_of(page) == ["HIDE PUBLISHED", "UNHIDE PUBLISHED"]
    assert Event.objects.filter(event_type="decision.made").count() == 2


def test_the_same_change_twice_is_one_change(
    comment: Comment, rules: list[CommunityRule], ana: Member, beto: Member, page: Account
) -> None:
    message = comment()
    first = taken(message, hide(rules[0]), ana)

    assert taken(message, hide(rules[1]), beto) == first
    assert changes_of(page) == ["HIDE PLANNED"]
    assert Decision.objects.count() == 1


def test_hiding_what_is_held_changes_nothing_at_the_network(
    comment: Comment, rules: list[CommunityRule], ana: Member, page: Account
) -> None:
    message = comment()
    held = hold_by_rule(message=message, rule=rules[0], reason="Está en la lista.", source=LIST, now=timezone.now())
    send_changes(page)
    assert (held.by, held.who, held.was_detected) == (None, "Insultos, versión 3", True)

    decision = taken(message, hide(rules[0]), ana)

    assert (decision.effect, decision.was_detected) == (Effect.NONE, True)
    assert changes_of(page) == ["HIDE PUBLISHED"]


def test_a_restore_before_the_change_goes_out_sends_nothing(
    comment: Comment, rules: list[CommunityRule], ana: Member, lab: Lab, page: Account
) -> None:
    message = comment()
    hidden = taken(message, hide(rules[0]), ana)
    restored = taken(message, restore(), ana)
    send_changes(page)

    hidden.refresh_from_db()
    assert (hidden.effect, restored.effect) == (Effect.SUPERSEDED, Effect.NONE)
    assert changes_of(page) == ["HIDE CANCELLED"]
    assert hidden_there(lab, page) == {message.remote_id: False}


@pytest.mark.parametrize("fault", ["cut_before", "accept_then_cut", "accept_then_500"])
def test_a_restore_while_a_change_is_uncertain_follows_its_outcome(
    fault: str, comment: Comment, rules: list[CommunityRule], ana: Member, lab: Lab, page: Account
) -> None:
    message = comment()
    hidden = taken(message, hide(rules[0]), ana)
    lab.fault(kind=fault, network="facebook", account=page.remote_id, endpoint="commit", times=1)
    send_changes(page)
    restored = taken(message, restore(), ana)
    assert restored.effect == Effect.SENDING
    assert len(changes_of(page)) == 1, "one change of a comment at a time"
    page.deliveries.filter(state="DUE").update(ready_at=timezone.now())

    send_changes(page)

    for decision in (hidden, restored):
        decision.refresh_from_db()
    assert (hidden.effect, restored.effect) == (Effect.DONE, Effect.DONE)
    assert changes_of(page) == ["HIDE PUBLISHED", "UNHIDE PUBLISHED"]
    assert hidden_there(lab, page) == {message.remote_id: False}


def test_what_a_late_call_changed_is_found_and_changed_back(
    comment: Comment, rules: list[CommunityRule], ana: Member, lab: Lab, page: Account
) -> None:
    message = comment()
    taken(message, hide(rules[0]), ana)
    send_changes(page)
    path = f"/comments/facebook/{message.remote_id}/hidden"
    lab.client.post(path, json={"hidden": False}).raise_for_status()

    read_back(page)
    send_changes(page)
    read_back(page)

    assert hidden_there(lab, page) == {message.remote_id: True}
    assert (state_of(message).checks_made, state_of(message).check_at) == (0, None)


def test_a_network_that_keeps_disagreeing_is_told_to_a_person(
    comment: Comment, rules: list[CommunityRule], ana: Member, lab: Lab, page: Account
) -> None:
    message = comment()
    taken(message, hide(rules[0]), ana)
    for _ in range(5):
        send_changes(page)
        lab.client.post(f"/comments/facebook/{message.remote_id}/hidden", json={"hidden": False}).raise_for_status()
        read_back(page)

    decision = state_of(message).decision
    assert (decision.effect, decision.problem[:30]) == (Effect.FAILED, "La red muestra lo contrario de")
    assert ana.notices.filter(kind="moderation.differs").count() == 1


def test_a_comment_that_its_author_deleted_is_gone_and_nobody_is_called(
    comment: Comment, rules: list[CommunityRule], ana: Member, lab: Lab, page: Account
) -> None:
    message = comment()
    taken(message, hide(rules[0]), ana)
    lab.client.post(f"/comentarios/facebook/{message.remote_id}/borrado")
    send_changes(page)

    state = state_of(message)
    assert state.gone_at is not None
    assert "ya no está" in state.decision.problem
    assert not ana.notices.filter(kind="delivery.rejected").exists()
    taken(message, restore(), ana)
    assert changes_of(page) == ["HIDE REJECTED"]


@pytest.mark.procedure("N-4")
@pytest.mark.parametrize("category", ["CRITICISM", "DISAGREEMENT", "", "insult"])
def test_criticism_is_no_category_in_the_action_and_in_the_database(
    category: str, comment: Comment, rules: list[CommunityRule], ana: Member
) -> None:
    message = comment("El ministro no cumple lo que promete")
    with pytest.raises(NotACategory, match="criticar"):
        propose(message=message, category=category, why="Critica", source=LIST, now=timezone.now())
    sql = """INSERT INTO moderation_decision (message_id, account_id, public_id, verb, category, rule_id, reason, by_id,
        source_kind, source_name, was_detected, at, effect, problem)
        VALUES (%s, %s, gen_random_uuid(), 'HIDE', %s, %s, 'Critica', %s, '', '', false, now(), 'NONE', '')"""
    with pytest.raises((IntegrityError, InternalError, ProgrammingError, DataError)), transaction.atomic():
        connection.cursor().execute(sql, [message.pk, message.account_id, category, rules[0].pk, ana.pk])
    assert not Decision.objects.exists()


def test_a_decision_is_never_changed_or_deleted(comment: Comment, rules: list[CommunityRule], ana: Member) -> None:
    decision = taken(comment(), hide(rules[0]), ana)
    for sql in ("UPDATE moderation_decision SET reason = 'otra'", "DELETE FROM moderation_decision"):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            connection.cursor().execute(sql)
    decision.refresh_from_db()
    assert decision.reason.startswith("Insulta")


@pytest.mark.parametrize(
    ("ruling", "why"),
    [
        (Ruling(Verb.HIDE, None, "Insulta"), "Elige la regla"),
        ("no reason", "Escribe la razón"),
        (Ruling(Verb.RESTORE, None, "No era"), "ya está visible"),
    ],
)
def test_a_decision_without_what_it_needs_is_refused(
    ruling: Ruling | str, why: str, comment: Comment, rules: list[CommunityRule], ana: Member
) -> None:
    chosen = ruling if isinstance(ruling, Ruling) else hide(rules[0], " ")
    with pytest.raises(Refused, match=why):
        taken(comment(), chosen, ana)


def test_only_the_people_of_the_networks_of_the_entity_decide(
    comment: Comment, rules: list[CommunityRule], luis: Member, dario: Member
) -> None:
    message = comment()
    with pytest.raises(NotAllowed):
        taken(message, hide(rules[0]), luis)
    with pytest.raises(NotFound):
        taken(message, hide(rules[0]), dario)


def test_a_wave_is_decided_and_undone_as_one(
    comment: Comment, rules: list[CommunityRule], ana: Member, beto: Member, lab: Lab, page: Account
) -> None:
    messages = [comment(f"Gana dinero fácil {number}") for number in range(3)]
    taken(messages[0], hide(rules[0]), ana)  # decided apart: the wave does not touch it
    ruling = hide(rules[4], "Estafa repetida.")
    wave = decide_wave(messages=messages, ruling=ruling, filter="dinero fácil", by=ana, now=timezone.now())
    send_changes(page)
    assert wave.decisions.count() == 2
    assert set(hidden_there(lab, page).values()) == {True}
    taken(messages[1], restore(), beto)  # a person decided afterwards
    taken(messages[1], hide(rules[1]), beto)

    undo_wave(wave=wave, by=beto, now=timezone.now())
    send_changes(page)

    hidden = hidden_there(lab, page)
    assert [hidden[message.remote_id] for message in messages] == [True, True, False]
    with pytest.raises(WrongState, match="Ya la deshizo"):
        undo_wave(wave=wave, by=ana, now=timezone.now())


def test_everything_that_a_rule_did_is_undone_as_one(
    comment: Comment, rules: list[CommunityRule], ana: Member, lab: Lab, page: Account
) -> None:
    messages = [comment(f"Insulto {number}") for number in range(2)]
    for message in messages:
        hold_by_rule(message=message, rule=rules[0], reason="Está en la lista.", source=LIST, now=timezone.now())
    taken(messages[0], hide(rules[0]), ana)
    send_changes(page)

    undo_source(source=LIST, reason="La lista tenía un error.", by=ana, now=timezone.now())
    send_changes(page)

    assert hidden_there(lab, page) == {messages[0].remote_id: True, messages[1].remote_id: False}


def test_a_rule_never_changes_what_a_person_decided(
    comment: Comment, rules: list[CommunityRule], ana: Member, page: Account
) -> None:
    message = comment()
    kept = taken(message, Ruling(Verb.KEEP), ana)

    held = hold_by_rule(message=message, rule=rules[0], reason="En la lista.", source=LIST, now=timezone.now())

    assert held == kept
    assert propose(message=message, category="INSULT", why="En la lista.", source=LIST, now=timezone.now()) is None
    assert changes_of(page) == []
    assert not Proposal.objects.exists()
