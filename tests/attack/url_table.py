"""Every address of the product: its method, its roles and the status that it answers. A new address needs a row."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from pregonero.media.signed_addresses import signed_address
from pregonero.media.thumbnails import WIDTHS
from pregonero.networks.registry import rate_limit_policy
from pregonero.people.roles import COORDINATOR, EVERYBODY, GROUP_HEADS, INBOX_READERS, NETWORKS_PEOPLE, Role
from tests.attack import api_rows
from tests.attack import controls_arguments as given
from tests.attack.area_rows import AREA_ROWS
from tests.attack.conftest import Stage
from tests.attack.editor_arguments import account_of, earlier_medium_of, medium_of, part_of
from tests.attack.inbox_stage import PQRSD, RULES, SAVED, comment_of, wave_of
from tests.attack.people_forms import absence, adviser, contact_of, edited, lost_factor, session_of_adviser
from tests.attack.public_rows import OPEN_DATA, SITE, SITE_PAGES
from tests.attack.review_stage import day_of_facebook, review_of
from tests.attack.row import (
    ALL,
    CITIZENS,
    CONFLICT,
    CONTENT,
    FOUND,
    INVALID,
    MANAGE,
    MISSING,
    NETWORKS_AND_HEADS,
    OK,
    REFUSED,
    SOURCES,
    STRATEGIST,
    UNSIGNED,
    Row,
    of,
    planned_campaign,
    reason,
)
from tests.attack.word_list_stage import list_in, of_account, with_list_in_force
from tests.publishing.test_views import sent


def threaded(stage: Stage) -> dict[str, str]:
    """Return the editor's form with a thread of two parts on X."""
    account = stage.draft.adaptations.get(account__network="x").account_id
    return written(stage) | {f"red{account}-thread": "1", f"red{account}-parts": "Segunda parte."}


def quota_of(stage: Stage) -> list[Any]:
    return [stage.account.pk, rate_limit_policy(stage.account.network).quotas[0].key]


def started(stage: Stage) -> dict[str, str]:
    return {"source": stage.informed.ref.reference, "key": str(uuid4())}


def written(stage: Stage) -> dict[str, str]:
    stage.draft.refresh_from_db()
    return sent(stage.draft)


def registered(handle: str) -> dict[str, str]:
    return {"handle": handle, "display_name": "MinComercio", "purpose": "Cuenta institucional"}


def tomorrow(_: Stage) -> dict[str, str]:
    day = timezone.localdate() + timedelta(days=1)
    return {"day": f"{day:%Y-%m-%d}", "hour": "10:00"}


def in_inbox(name: str) -> Callable[[Stage], list[Any]]:
    return lambda stage: [getattr(stage.inbox, name).pk]


def answering(name: str, text: str = "") -> Callable[[Stage], dict[str, Any]]:
    """Return the form that answers a conversation."""

    def form(stage: Stage) -> dict[str, Any]:
        fields = {"key": str(uuid4()), "seen": str(getattr(stage.inbox, name).revision)}
        return fields | ({"text": text} if text else {})

    return form


def today(_: Stage) -> dict[str, str]:
    return {"kind": "ANSWERED", "day": f"{timezone.localdate():%Y-%m-%d}"}


def saved_choice(stage: Stage) -> dict[str, str]:
    return {"text": "Hola.", "saved": str(stage.inbox.saved.pk)}


CONTROL, CONTROLLED = given.in_controls("control"), given.controlled
CHECKERS, FINDERS = NETWORKS_AND_HEADS | {Role.SYSTEMS_OFFICE}, GROUP_HEADS | {Role.AUDITOR}
ASKED = in_inbox("asked")
DRAFT, GOING, CANDIDATE, SOURCE = of("draft"), of("programmed"), of("candidate"), of("source")
NEED, CAMPAIGN = of("need"), of("campaign")
ACCOUNT = of("account")

ROWS = (
    Row("dashboard:today", roles=ALL, outside=OK),
    Row("dashboard:status", outside=OK),
    Row("dashboard:receive_all", "POST", status=FOUND, outside=FOUND),
    Row("dashboard:receive", "POST", of("notice"), roles=STRATEGIST, status=FOUND, refused=MISSING),
    Row("dashboard:notices", outside=OK),
    Row("controls:matrix", outside=OK),
    Row("controls:control", arguments=CONTROL),
    Row("controls:check", arguments=CONTROLLED, roles=CHECKERS, both=True),
    Row("controls:check", "POST", CONTROLLED, given.checked, CHECKERS, FOUND, both=True),
    Row("controls:devices", arguments=given.sessions, roles=CHECKERS, both=True),
    Row("controls:devices", "POST", given.sessions, given.reviewed, CHECKERS, FOUND, both=True),
    Row("controls:document", arguments=given.in_controls("document")),
    Row("controls:proof", arguments=given.in_controls("check"), status=CONFLICT),  # nothing is sealed yet
    Row("controls:access", outside=OK),
    Row("controls:administrator", arguments=given.administrator, roles=COORDINATOR, both=True),
    Row("controls:administrator", "POST", given.administrator, given.own_user, COORDINATOR, FOUND, both=True),
    Row("controls:known", outside=OK, both=True),
    Row("controls:known", "POST", data=given.known_place, roles=COORDINATOR, status=FOUND, outside=FOUND, both=True),
    Row("controls:remove_known", "POST", given.in_controls("known"), roles=COORDINATOR, status=FOUND),
    Row("controls:exception", arguments=CONTROLLED, roles=COORDINATOR, both=True),
    Row("controls:exception", "POST", CONTROLLED, given.excepted, COORDINATOR, FOUND, both=True),
    Row("controls:end_exception", "POST", CONTROLLED, roles=COORDINATOR, status=MISSING),
    Row("controls:add", roles=COORDINATOR, outside=OK, both=True),
    Row("controls:edit", arguments=CONTROL, roles=COORDINATOR, both=True),
    Row("controls:edit", "POST", CONTROL, given.rewritten, COORDINATOR, FOUND, both=True),
    Row("controls:retire", arguments=CONTROL, roles=COORDINATOR, both=True),
    Row("controls:retire", "POST", CONTROL, reason, COORDINATOR, FOUND, both=True),
    Row("controls:departure", arguments=given.departing, roles=CHECKERS, both=True),
    Row("controls:departure", "POST", given.departing, roles=COORDINATOR, status=FOUND, both=True),
    Row("controls:departure_step", arguments=given.leaving_step, roles=CHECKERS, both=True),
    Row("controls:departure_step", "POST", given.leaving_step, given.proved, CHECKERS, FOUND, both=True),
    Row("controls:close_departure", "POST", given.leaving, roles=COORDINATOR, status=CONFLICT),
    Row("controls:measures", outside=OK, both=True),
    Row("controls:measures", "POST", data=given.measured, roles=COORDINATOR, status=FOUND, outside=FOUND, both=True),
    Row("controls:incidents", outside=OK),
    Row("controls:report", roles=CHECKERS, outside=OK, both=True),
    Row("controls:report", "POST", data=given.reported, roles=CHECKERS, status=FOUND, outside=INVALID, both=True),
    Row("controls:incident", arguments=given.in_controls("incident")),
    Row("controls:incident_step", "POST", given.in_controls("incident"), given.turned_on, CHECKERS, FOUND),
    Row("controls:incident_release", arguments=given.in_controls("incident"), roles=COORDINATOR, both=True),
    Row("controls:findings", outside=OK),
    Row("controls:finding", arguments=given.in_controls("finding"), both=True),
    Row("controls:finding", "POST", given.in_controls("finding"), given.planned, FINDERS, FOUND, both=True),
    Row("controls:close_finding", arguments=given.in_controls("finding"), roles=FINDERS, both=True),
    Row("controls:download", arguments=lambda _: ["controles.json"], outside=OK),
    Row("dashboard:search", outside=OK),
    Row("dashboard:more", roles=ALL, outside=OK),
    Row("people:choose_entity", roles=ALL, outside=OK, both=True),
    Row("people:members", outside=OK),
    Row("people:add_member", roles=COORDINATOR, outside=OK, both=True),
    Row("people:add_member", "POST", data=lambda _: edited("Eva Paz") | {"email": "eva@mincomercio.test"},
        roles=COORDINATOR, outside=OK, both=True),
    Row("people:member", arguments=adviser),
    Row("people:edit_member", "POST", adviser, lambda _: edited("Marta Gil"), COORDINATOR, FOUND, both=True),
    Row("people:name_stand_in", "POST", adviser, absence, GROUP_HEADS, FOUND),  # the absent person, or who coordinates
    Row("people:end_stand_in", "POST", of("stand_in"), roles=GROUP_HEADS, status=FOUND),
    Row("people:security", roles=ALL, outside=OK),
    Row("people:end_other_sessions", "POST", roles=ALL, status=FOUND, outside=FOUND),
    Row("people:end_session", "POST", session_of_adviser, roles=MANAGE | {Role.ADVISER}, status=FOUND, refused=MISSING),
    Row("people:ask_reset", "POST", adviser, reason, MANAGE, FOUND),  # it asks again who the person is
    Row("people:confirm_reset", "POST", lost_factor, roles=MANAGE, status=FOUND),
    Row("people:refuse_reset", "POST", lost_factor, roles=MANAGE, status=FOUND),
    *api_rows.ROWS,
    Row("people:acts", roles=ALL, outside=OK),
    Row("people:record_act", roles=NETWORKS_AND_HEADS, outside=OK, both=True),
    Row("people:record_act", "POST", data=lambda _: {"what": "Pidió esperar"}, roles=NETWORKS_AND_HEADS, status=INVALID,
        outside=INVALID, both=True),
    Row("people:confirm_act", "POST", of("act"), roles=frozenset({Role.MINISTER_OFFICE}), status=FOUND),
    Row("people:dispute_act", "POST", of("act"), reason, frozenset({Role.MINISTER_OFFICE}), FOUND),
    Row("people:act_file", arguments=of("act"), roles=EVERYBODY | {Role.MINISTER_OFFICE}),
    Row("entities:edit", roles=COORDINATOR, outside=OK, both=True),
    Row("entities:edit", "POST", data=lambda _: {"name": "Ministerio", "short_name": "Min", "initials": "MC"},
        roles=COORDINATOR, status=FOUND, outside=FOUND, both=True),
    Row("publishing:today", outside=OK),
    Row("publishing:day", arguments=lambda _: [date(2026, 11, 24)], outside=OK),
    Row("publishing:week", arguments=lambda _: [date(2026, 11, 24)], outside=OK),
    Row("publishing:month", arguments=lambda _: [date(2026, 11, 24)], outside=OK),
    Row("publishing:list", arguments=lambda _: [date(2026, 11, 24)], outside=OK),
    Row("publishing:capacity", outside=OK),
    Row("publishing:hour", arguments=lambda _: [date(2026, 11, 24), 10], outside=OK),
    Row("publishing:start", outside=OK),
    Row("publishing:draft", "POST", data=started, roles=NETWORKS_PEOPLE, status=FOUND),
    Row("publishing:editor", arguments=DRAFT),
    Row("publishing:save", "POST", DRAFT, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:review", "POST", DRAFT, written),
    Row("publishing:schedule", "POST", DRAFT, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:use_next_free_hour", "POST", DRAFT, written, NETWORKS_PEOPLE, INVALID),  # X is suspended
    Row("publishing:publish_now", "POST", DRAFT, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:discard_kept_form", "POST", DRAFT, status=FOUND),
    Row("publishing:use_general_text", "POST", account_of, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:upload_medium", "POST", account_of, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:add_source_medium", "POST", lambda stage: [*account_of(stage), "imagen"], written, NETWORKS_PEOPLE,
        FOUND),
    Row("publishing:add_earlier_medium", "POST", earlier_medium_of, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:add_accounts", "POST", DRAFT, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:add_link", "POST", account_of, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:split_thread", "POST", account_of, threaded, NETWORKS_PEOPLE),
    Row("publishing:add_part", "POST", account_of, threaded, NETWORKS_PEOPLE),
    Row("publishing:remove_part", "POST", part_of, threaded, NETWORKS_PEOPLE),
    Row("publishing:move_part_up", "POST", part_of, threaded, NETWORKS_PEOPLE),
    Row("publishing:move_part_down", "POST", part_of, threaded, NETWORKS_PEOPLE),
    Row("publishing:remove_medium", "POST", medium_of, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:move_medium_before", "POST", medium_of, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:move_medium_after", "POST", medium_of, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:fix_medium", "POST", medium_of, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:add_captions", "POST", medium_of, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:remove_captions", "POST", medium_of, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:add_thumbnail", "POST", medium_of, written, NETWORKS_PEOPLE, FOUND),
    Row("publishing:conversion", arguments=of("conversion")),
    Row("publishing:check_link", "POST", DRAFT, roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("publishing:accept_link", "POST", DRAFT, reason, NETWORKS_AND_HEADS, FOUND),
    Row("publishing:reschedule", arguments=GOING, roles=NETWORKS_PEOPLE, both=True),
    Row("publishing:reschedule", "POST", GOING, tomorrow, NETWORKS_PEOPLE, FOUND, both=True),
    Row("publishing:cancel", arguments=GOING, roles=NETWORKS_AND_HEADS, both=True),
    Row("publishing:cancel", "POST", GOING, reason, NETWORKS_AND_HEADS, FOUND, both=True),
    Row("publishing:pause_publication", arguments=GOING, roles=NETWORKS_AND_HEADS, both=True),
    Row("publishing:pause_publication", "POST", GOING, reason, NETWORKS_AND_HEADS, FOUND, both=True),
    Row("publishing:cancel_several", "POST", data=lambda stage: {"publication": stage.programmed.pk, "reason": "Sí"},
        roles=NETWORKS_AND_HEADS, status=FOUND, outside=FOUND),  # what is not theirs is not chosen
    Row("publishing:move_several", "POST", data=lambda stage: {"publication": stage.programmed.pk},
        roles=NETWORKS_PEOPLE, outside=FOUND),
    Row("publishing:undo", "POST", of("move"), roles=STRATEGIST, status=FOUND),  # whose move it is
    Row("publishing:publications", outside=OK),
    Row("publishing:numbered", arguments=lambda stage: [stage.programmed.number], status=FOUND),
    Row("publishing:resume_publication", "POST", of("held"), roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("publishing:duplicate", "POST", GOING, lambda _: {"key": str(uuid4())}, NETWORKS_PEOPLE, FOUND),
    Row("publishing:pause_all", outside=OK, both=True),
    Row("publishing:pause_all", "POST", data=reason, roles=NETWORKS_AND_HEADS, status=FOUND, outside=FOUND, both=True),
    Row("publishing:limits", outside=OK),
    Row("publishing:limit", arguments=quota_of, roles=COORDINATOR, both=True),
    Row("publishing:limit", "POST", quota_of, lambda _: {"limit": "9"}, COORDINATOR, FOUND, both=True),
    Row("publishing:resume_sending", "POST", of("sending_stop"), roles=NETWORKS_PEOPLE | COORDINATOR, status=FOUND),
    Row("publishing:resume_all", "POST", roles=NETWORKS_AND_HEADS, status=409, outside=409),
    Row("publishing:resolution", arguments=of("undecided"), roles=NETWORKS_AND_HEADS),
    Row("publishing:confirm_published", "POST", of("undecided"), lambda _: {"attempt": 0}, NETWORKS_AND_HEADS, INVALID),
    Row("publishing:confirm_not_published", "POST", of("undecided"), lambda _: {"attempt": "0", "reason": "No está"},
        NETWORKS_AND_HEADS, FOUND),
    Row("publishing:manual_post", arguments=of("waiting"), roles=NETWORKS_PEOPLE, both=True),
    Row("publishing:manual_post", "POST", of("waiting"), lambda _: {"address": "https://otra.example/1"},
        NETWORKS_PEOPLE, INVALID, both=True),
    Row("publishing:start_manual_post", "POST", of("waiting"), roles=NETWORKS_PEOPLE, status=FOUND),
    Row("publishing:withdraw", arguments=of("waiting"), roles=NETWORKS_AND_HEADS, status=409, both=True),
    Row("publishing:withdraw", "POST", of("waiting"), lambda _: {"reason": "Error"}, NETWORKS_AND_HEADS, status=409,
        both=True),
    Row("reports:expediente", arguments=GOING),
    Row("inbox:list", roles=INBOX_READERS, outside=OK),
    Row("inbox:conversation", arguments=ASKED, roles=INBOX_READERS),
    Row("inbox:sort", "POST", ASKED, lambda _: {"question": "BASIC"}, NETWORKS_AND_HEADS, FOUND),
    Row("inbox:answer", "POST", ASKED, answering("asked", "Hasta el lunes."), NETWORKS_AND_HEADS, FOUND),
    Row("inbox:redirect", "POST", in_inbox("matter"), answering("matter"), NETWORKS_AND_HEADS, FOUND),
    Row("inbox:open_petition", "POST", in_inbox("petitioned"), lambda _: {"kind": "GENERAL"}, NETWORKS_AND_HEADS,
        FOUND),
    Row("inbox:close", "POST", ASKED, reason, NETWORKS_AND_HEADS, FOUND),
    Row("inbox:reopen", "POST", in_inbox("settled"), roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("inbox:assign", "POST", ASKED, roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("inbox:snooze", "POST", ASKED, tomorrow, NETWORKS_AND_HEADS, FOUND),
    Row("inbox:press_deadline", "POST", ASKED, lambda _: {"day": "2099-01-04", "hour": "16:30"}, NETWORKS_AND_HEADS,
        INVALID),
    Row("inbox:note", "POST", ASKED, lambda _: {"text": "Llamó"}, NETWORKS_AND_HEADS | CITIZENS, FOUND),
    Row("inbox:draft", "POST", ASKED, lambda _: {"text": "Hola"}, NETWORKS_AND_HEADS),
    Row("inbox:presence", "POST", ASKED, roles=INBOX_READERS),
    Row("inbox:label", "POST", ASKED, lambda _: {"names": "feria"}, NETWORKS_AND_HEADS, FOUND),
    Row("inbox:insert_saved", "POST", ASKED, saved_choice, NETWORKS_AND_HEADS, FOUND),
    Row("inbox:saved_answers", roles=INBOX_READERS, outside=OK, both=True),
    Row("inbox:saved_answers", "POST", data=lambda _: SAVED, roles=NETWORKS_AND_HEADS, status=FOUND, outside=FOUND,
        both=True),
    Row("inbox:saved_answer", arguments=in_inbox("saved"), roles=INBOX_READERS, both=True),
    Row("inbox:saved_answer", "POST", in_inbox("saved"), lambda _: SAVED, NETWORKS_AND_HEADS, FOUND, both=True),
    Row("inbox:retire_saved", "POST", in_inbox("saved"), roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("inbox:undo", "POST", in_inbox("by_hand"), roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("inbox:pqrsd", roles=INBOX_READERS, outside=OK, both=True),
    Row("inbox:pqrsd", "POST", data=lambda _: PQRSD, roles=CITIZENS, status=FOUND, outside=FOUND, both=True),
    Row("inbox:rules", roles=INBOX_READERS, outside=OK),
    Row("inbox:rules_write", roles=CITIZENS, outside=OK, both=True),
    Row("inbox:rules_write", "POST", data=lambda _: RULES, roles=CITIZENS, status=FOUND, outside=FOUND, both=True),
    Row("inbox:rules_version", arguments=in_inbox("rules_version"), roles=INBOX_READERS),
    Row("inbox:rules_try", "POST", in_inbox("rules_version"), roles=CITIZENS, status=FOUND),
    Row("inbox:rules_enact", "POST", in_inbox("rules_trial"), roles=CITIZENS, status=FOUND),
    Row("inbox:corrections", roles=INBOX_READERS, outside=OK),
    Row("inbox:correct", "POST", in_inbox("by_hand"), lambda _: {"text": "x"}, NETWORKS_AND_HEADS, CONFLICT),
    Row("inbox:waive_correction", "POST", in_inbox("by_hand"), lambda _: {"reason": "x"}, NETWORKS_AND_HEADS, CONFLICT),
    Row("inbox:by_hand", arguments=in_inbox("by_hand"), roles=NETWORKS_AND_HEADS, both=True),
    Row("inbox:by_hand", "POST", in_inbox("by_hand"), lambda _: {"address": "https://otra.example/1"},
        NETWORKS_AND_HEADS, INVALID, both=True),
    Row("inbox:give_up", "POST", in_inbox("by_hand"), roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("inbox:contact", arguments=contact_of, roles=INBOX_READERS),
    Row("inbox:contact_export", arguments=contact_of, roles=COORDINATOR | CITIZENS),
    Row("inbox:contact_erase", arguments=contact_of, roles=COORDINATOR | CITIZENS, both=True),
    Row("inbox:contact_erase", "POST", contact_of, reason, COORDINATOR | CITIZENS, FOUND, both=True),
    Row("inbox:petitions", roles=INBOX_READERS, outside=OK),
    Row("inbox:petition", arguments=in_inbox("petition"), roles=INBOX_READERS),
    Row("inbox:petition_number", "POST", in_inbox("petition"), lambda _: {"number": "2026-1"}, CITIZENS, FOUND),
    Row("inbox:petition_step", "POST", in_inbox("petition"), today, CITIZENS, FOUND),
    Row("inbox:petition_calendar", arguments=in_inbox("petition"), roles=INBOX_READERS),
    Row("moderation:queue", roles=INBOX_READERS, outside=OK),
    Row("moderation:wave", roles=NETWORKS_AND_HEADS, outside=OK, both=True),
    Row("moderation:wave", "POST", roles=NETWORKS_AND_HEADS, status=INVALID, outside=INVALID, both=True),
    Row("moderation:undo_wave", "POST", wave_of, roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("moderation:comment", arguments=comment_of, roles=INBOX_READERS),
    Row("moderation:uncover", "POST", comment_of, roles=INBOX_READERS, status=FOUND),
    Row("moderation:decide", "POST", comment_of, lambda _: {"verb": "KEEP"}, NETWORKS_AND_HEADS, FOUND),
    Row("moderation:by_hand", "POST", comment_of, roles=NETWORKS_AND_HEADS, status=CONFLICT),
    Row("moderation:chats", roles=INBOX_READERS, outside=OK),
    Row("moderation:chat", arguments=lambda _: ["otro"], roles=INBOX_READERS, status=MISSING),
    Row("moderation:restrictions", roles=INBOX_READERS, outside=OK),
    Row("moderation:close_latest", roles=INBOX_READERS, status=FOUND, outside=FOUND),
    Row("moderation:close_day", arguments=lambda _: [date(2026, 11, 24)], roles=INBOX_READERS, outside=OK),
    Row("moderation:close_account", arguments=day_of_facebook, roles=INBOX_READERS, both=True),
    Row("moderation:close_account", "POST", day_of_facebook, roles=NETWORKS_PEOPLE, status=INVALID, both=True),
    Row("moderation:close_see", "POST", day_of_facebook, roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("moderation:reviews", roles=INBOX_READERS, outside=OK, both=True),
    Row("moderation:reviews", "POST", roles=COORDINATOR, status=INVALID, outside=INVALID, both=True),
    Row("moderation:review", arguments=review_of, roles=INBOX_READERS, both=True),
    Row("moderation:review", "POST", review_of, roles=NETWORKS_AND_HEADS, status=INVALID, both=True),
    Row("moderation:rules", roles=INBOX_READERS, outside=OK, both=True),
    Row("moderation:rules", "POST", roles=NETWORKS_AND_HEADS, status=INVALID, outside=INVALID, both=True),
    Row("moderation:publish_rules", arguments=lambda _: [1], roles=COORDINATOR, status=MISSING, refused=MISSING,
        both=True),
    Row("inbox:packet", arguments=in_inbox("petition"), roles=INBOX_READERS),
    Row("inbox:packet_file", arguments=lambda stage: [stage.inbox.petition.pk, "captura.pdf"], roles=INBOX_READERS),
    Row("inbox:make_packet", "POST", in_inbox("petition"), roles=INBOX_READERS, status=FOUND),
    Row("inbox:join_contact", "POST", contact_of, lambda stage: {"other": contact_of(stage)[0], "reason": "Lo dijo"},
        NETWORKS_AND_HEADS, FOUND),
    Row("inbox:undo_join", "POST", in_inbox("join"), roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("inbox:promise", "POST", ASKED, lambda _: {"text": "Avisarle", "due_on": f"{timezone.localdate():%Y-%m-%d}"},
        NETWORKS_AND_HEADS, FOUND),
    Row("inbox:end_promise", "POST", in_inbox("promise"), roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("moderation:word_lists", roles=INBOX_READERS, outside=OK, both=True),
    Row("moderation:word_lists", "POST", roles=COORDINATOR, status=INVALID, outside=INVALID, both=True),
    Row("moderation:account_list", arguments=of_account("facebook"), roles=INBOX_READERS, both=True),
    Row("moderation:account_list", "POST", of_account("facebook"), reason, NETWORKS_AND_HEADS, INVALID, both=True),
    Row("moderation:network_list", arguments=of_account("facebook"), roles=INBOX_READERS),
    Row("moderation:network_list_write", "POST", with_list_in_force, roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("moderation:blocked_words", arguments=of_account("youtube"), roles=INBOX_READERS, both=True),
    Row("moderation:blocked_words", "POST", of_account("youtube"), roles=NETWORKS_AND_HEADS, status=INVALID, both=True),
    Row("moderation:word_list", arguments=list_in("WRITTEN"), roles=INBOX_READERS),
    Row("moderation:word_list_file", arguments=list_in("WRITTEN"), roles=INBOX_READERS),
    Row("moderation:word_list_shadow", "POST", list_in("WRITTEN"), reason, NETWORKS_AND_HEADS, FOUND),
    Row("moderation:word_list_force", "POST", list_in("SHADOW"), reason, NETWORKS_AND_HEADS, FOUND),
    Row("moderation:word_list_confirm", "POST", list_in("ASKED"), reason, NETWORKS_AND_HEADS, FOUND),
    Row("moderation:word_list_stop", "POST", list_in("IN_FORCE"), reason, NETWORKS_AND_HEADS, FOUND),
    Row("moderation:word_list_discard", "POST", list_in("WRITTEN"), reason, NETWORKS_AND_HEADS, FOUND),
    Row("moderation:word_list_undo", "POST", list_in("STOPPED"), reason, NETWORKS_AND_HEADS, FOUND),
    Row("newsroom:list", outside=OK),
    Row("newsroom:inform_link", roles=CONTENT, outside=OK, both=True),
    Row("newsroom:inform_link", "POST", data=lambda _: {"address": "https://otra.example/n"}, roles=CONTENT,
        status=INVALID, outside=INVALID, both=True),
    Row("newsroom:preview_link", "POST", data=lambda _: {"address": "https://otra.example/n"}, roles=CONTENT,
        status=INVALID, outside=INVALID),
    Row("newsroom:news", arguments=CANDIDATE),
    Row("newsroom:inform_news", "POST", CANDIDATE, lambda _: {"reference": "7"}, CONTENT, FOUND, both=True),
    Row("newsroom:inform_several", "POST", data=lambda stage: {"news": str(stage.candidate.pk)}, roles=CONTENT,
        status=FOUND, outside=FOUND),
    Row("newsroom:dismiss_several", "POST", data=lambda stage: {"news": str(stage.candidate.pk)} | reason(stage),
        roles=NETWORKS_PEOPLE | CONTENT, status=FOUND, outside=FOUND),
    Row("newsroom:undo_dismissals", "POST", roles=NETWORKS_PEOPLE | CONTENT, status=FOUND, outside=FOUND),
    Row("newsroom:dismiss_news", "POST", CANDIDATE, reason, NETWORKS_PEOPLE | CONTENT, FOUND, both=True),
    Row("newsroom:undo_dismissal", "POST", CANDIDATE, roles=NETWORKS_PEOPLE | CONTENT, status=FOUND),
    Row("newsroom:receive_news", "POST", CANDIDATE, status=FOUND),
    Row("media:thumbnail", arguments=lambda stage: [stage.informed.picture_id, WIDTHS[0]]),
    Row("media:file", arguments=lambda stage: [stage.informed.picture_id]),
    Row("newsroom:needs", outside=OK),
    Row("newsroom:ask_need", roles=EVERYBODY - {Role.AUDITOR}, outside=OK, both=True),
    Row("newsroom:ask_need", "POST", data=lambda _: {"title": ""}, roles=EVERYBODY - {Role.AUDITOR}, status=INVALID,
        outside=INVALID, both=True),
    Row("newsroom:need", arguments=NEED),
    Row("newsroom:decide_need", "POST", NEED,
        lambda _: {"state": "ACCEPTED", "answer": "Sí"}, NETWORKS_AND_HEADS, FOUND),
    Row("newsroom:tie_need_news", "POST", NEED, lambda _: {"address": "https://x.co/n"}, NETWORKS_AND_HEADS, INVALID),
    Row("newsroom:need_file", arguments=lambda stage: [stage.need.files.get().pk]),
    Row("newsroom:campaigns", outside=OK),
    Row("newsroom:open_campaign", roles=NETWORKS_AND_HEADS, outside=OK, both=True),
    Row("newsroom:open_campaign", "POST", data=planned_campaign, roles=NETWORKS_AND_HEADS, status=FOUND, outside=FOUND,
        both=True),
    Row("newsroom:campaign", arguments=CAMPAIGN),
    Row("newsroom:change_campaign", "POST", CAMPAIGN, planned_campaign, NETWORKS_AND_HEADS, FOUND, both=True),
    Row("newsroom:gather_news", "POST", CAMPAIGN, lambda _: {"address": "https://x.co/n"}, NETWORKS_AND_HEADS,
        INVALID),
    Row("newsroom:gather_need", "POST", NEED, lambda stage: {"campaign": str(stage.campaign.pk)}, NETWORKS_AND_HEADS,
        FOUND),
    Row("newsroom:take_out_of_campaign", "POST", lambda stage: [stage.campaign.pk, "noticia", stage.informed.pk],
        roles=NETWORKS_AND_HEADS, status=FOUND),
    Row("newsroom:sources", outside=OK),
    Row("newsroom:register_source", roles=SOURCES, outside=OK, both=True),
    Row("newsroom:register_source", "POST", data=lambda _: {"kind": "WEBHOOK", "name": "Otra", "every_minutes": "5"},
        roles=SOURCES, outside=OK, both=True),
    Row("newsroom:try_source", "POST", data=lambda _: {"kind": "WEBHOOK", "name": "Otra", "every_minutes": "5"},
        roles=SOURCES, outside=OK),
    Row("newsroom:retire_source", "POST", SOURCE, roles=SOURCES, status=FOUND, both=True),
    Row("newsroom:sign_rule", "POST", SOURCE, reason, COORDINATOR, FOUND, both=True),
    Row("newsroom:revoke_rule", arguments=SOURCE, roles=COORDINATOR, both=True),
    Row("networks:accounts", outside=OK),
    Row("networks:account", arguments=ACCOUNT),
    Row("networks:add", roles=MANAGE, outside=OK, both=True),
    Row("networks:add", "POST", data=lambda _: registered("tercera") | {"network": "x"}, roles=MANAGE, status=FOUND,
        outside=FOUND, both=True),
    Row("networks:edit", "POST", ACCOUNT, lambda _: registered("otra"), MANAGE, FOUND, both=True),
    Row("networks:pause", "POST", ACCOUNT, reason, NETWORKS_AND_HEADS, FOUND, both=True),
    Row("networks:resume", "POST", of("paused"), roles=MANAGE, status=FOUND),
    Row("networks:place_link", "POST", lambda stage: [stage.waiting.account_id], reason, MANAGE, FOUND),
    Row("networks:retire", "POST", ACCOUNT, reason, MANAGE, FOUND, both=True),
    Row("networks:name_administrator", "POST", ACCOUNT, lambda _: {"name": "Eva", "since": "2026-01-01"}, MANAGE,
        FOUND, both=True),
    Row("networks:end_administrator", "POST", of("administrator"), lambda _: {"until": "2026-11-01"}, MANAGE, FOUND,
        both=True),
    Row("networks:try_out", "POST", of("lonely"), roles=MANAGE | NETWORKS_PEOPLE, status=CONFLICT),
    Row("networks:application", "POST", ACCOUNT, lambda _: {"client_id": "1", "secret": "s"}, MANAGE, FOUND, both=True),
    Row("networks:connect", arguments=ACCOUNT, roles=MANAGE, both=True),
    Row("networks:connect", "POST", of("lonely"), roles=MANAGE, status=CONFLICT, both=True),
    Row("networks:disconnect", "POST", ACCOUNT, roles=MANAGE, status=FOUND, both=True),
    Row("networks:returned", status=FOUND, outside=FOUND),  # it says that nobody began that, and goes to the register
    Row("ui:gallery", roles=ALL, outside=OK),
    Row("ui:scene", arguments=lambda _: ["hoy"], roles=ALL, outside=OK),
    *AREA_ROWS,
)  # fmt: skip

PUBLIC_PAGES = ("rules", "review", "ask_need", "moderation", *OPEN_DATA, *SITE_PAGES)
# To anybody, without signing in: what each answers to a plain request.
PUBLIC = {
    "health": OK,
    "newsroom:notice": UNSIGNED,
    "publishing:feed": MISSING,  # without the part of the address that nobody can guess
    "inbox:webhook": REFUSED,  # without a signature
    "inbox:websub": MISSING,  # without the part of the address that nobody can guess
    "people:session": 401,  # it says that nobody is signed in
    "media:signed": OK,
    **{f"public:{name}": OK for name in PUBLIC_PAGES},
    **SITE,
    "public:guest_piece": MISSING,  # nobody was invited with this code
    "public:guest_file": MISSING,
    "public:guest_agree": 405,
    "public:asked_need": MISSING,  # nobody asked with this code
    "public:rules_version": MISSING,  # nobody has put one in force
    "entities:arms": MISSING,  # no entity has these arms
    "account_login": OK,
    "account_logout": FOUND,
    "account_inactive": OK,
    "account_signup": OK,  # it says that registering alone is closed
    "account_email_verification_sent": OK,
    "account_reset_password": OK,
    "account_reset_password_done": OK,
    "account_reset_password_from_key": OK,
    "account_reset_password_from_key_done": OK,
    "account_confirm_email": OK,
    "account_confirm_login_code": FOUND,
    "mfa_authenticate": FOUND,
    "mfa_login_webauthn": FOUND,  # to sign in; asked by script it answers a challenge
    **api_rows.PUBLIC,
}

# Of each person's own sign-in: asked for by its own person only.
OWN = frozenset({
    "account_reauthenticate", "account_email", "account_change_password", "account_set_password", "mfa_index",
    "mfa_reauthenticate", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn",
    "mfa_edit_webauthn", "people:signed_in", "people:enrol", "people:start_code_app", "people:code_app",
    "people:remove_code_app", "people:recovery_codes", "people:make_token",
})  # fmt: skip


def public_path(name: str, stage: Stage) -> str:
    """Return the path of a public address."""
    arguments: dict[str, list[Any]] = {
        **api_rows.ARGUMENTS,
        "newsroom:notice": [stage.source.pk],
        "publishing:feed": ["x"],
        "inbox:webhook": [1],
        "inbox:websub": [1, "x"],
        **{f"public:{name}": [stage.draft.entity.slug] for name in PUBLIC_PAGES},
        **{f"public:guest_{name}": [stage.draft.entity.slug, "x"] for name in ("piece", "file", "agree")},
        "public:verify_account": [stage.draft.entity.slug],
        "public:asked_need": [stage.draft.entity.slug, "x"],
        "public:rules_version": [stage.draft.entity.slug, 1],
        "media:signed": [signed_address(stage.informed.picture).rpartition("/medios/")[2].rstrip("/")]
        if stage.informed.picture
        else [],
        "entities:arms": ["0" * 64],
        "account_reset_password_from_key": ["1", "set-password"],
        "account_confirm_email": ["x:y"],
    }
    return reverse(name, args=arguments.get(name, []))
