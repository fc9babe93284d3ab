"""How many may go now: by the network's word, by our count, and by what a person set; and what a refusal stops."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from pregonero.networks.base import QuotaExhausted, Transient
from pregonero.networks.models import Account
from pregonero.networks.rate_limits import actions, queries
from pregonero.networks.rate_limits.capacity import Admission
from pregonero.networks.rate_limits.header_buffer import rate_limit_buffer
from pregonero.networks.rate_limits.models import CostEntry, NetworkSuspension, Quota
from pregonero.networks.rate_limits.policy import PostClass
from pregonero.networks.rate_limits.queries import InFlight
from pregonero.people.models import Member
from tests.networks.rate_limits.conftest import registered

pytestmark = pytest.mark.procedure("P-6")


def admit(
    account: Account, many: int, now: datetime, *, act: PostClass = PostClass.POST, in_flight: int = 0
) -> Admission:
    flying = InFlight(in_flight, in_flight)
    with transaction.atomic():
        queries.lock_quota(account.pk)
        return actions.admit(account=account, post_classes=[act] * many, in_flight=flying, now=now)


def told(account: Account, now: datetime, left: int, *, limit: int = 100, minutes: int = 10, **names: str) -> None:
    """Have X say, in an answer, what is left of the quarter of an hour."""
    reset = int((now + timedelta(minutes=minutes)).timestamp())
    prefix = names.get("prefix", "x-rate-limit")
    headers = {f"{prefix}-limit": str(limit), f"{prefix}-remaining": str(left), f"{prefix}-reset": str(reset)}
    rate_limit_buffer.observe(account_id=account.pk, network="x", call="POST /2/tweets", headers=headers, body=b"")
    actions.flush_rate_limits(now=now, at_once=True)


def test_before_any_word_the_written_limit_counts(account: Account, now: datetime) -> None:
    assert admit(account, 60, now).admitted == 60
    room = admit(account, 60, now)

    assert room.admitted == 40
    assert room.quota == "posts"
    assert room.until is not None
    assert now + timedelta(minutes=15) <= room.until <= now + timedelta(minutes=16)
    assert "límite de la red" in room.reason


def test_before_any_word_what_is_in_the_air_is_waited_for(account: Account, now: datetime) -> None:
    """The network may take many more than its documents say: its first answers tell."""
    room = admit(account, 110, now)
    assert (room.admitted, room.awaits_response) == (100, True)
    room = admit(account, 64, now, in_flight=100)
    assert (room.admitted, room.awaits_response) == (0, True)
    room = admit(account, 64, now)  # they ended, and nothing was said
    assert (room.admitted, room.awaits_response) == (0, False)
    told(account, now, left=5_000, limit=10_000)
    assert admit(account, 64, now).admitted == 64


def test_a_network_that_tells_nothing_is_not_waited_for(carmen: Member, now: datetime) -> None:
    youtube = registered(carmen, now, "canal", "youtube")
    lefts = queries.quota_statuses(youtube, in_flight=InFlight(9, 9), now=now)

    assert lefts
    assert not any(left.is_report_coming for left in lefts)


def test_the_window_rolls_on(account: Account, now: datetime) -> None:
    assert admit(account, 100, now).admitted == 100
    assert admit(account, 1, now + timedelta(minutes=14)).admitted == 0
    assert admit(account, 1, now + timedelta(minutes=16)).admitted == 1


def test_the_network_s_own_word_wins_over_our_count(account: Account, now: datetime) -> None:
    assert admit(account, 100, now).admitted == 100
    told(account, now, left=3)

    assert admit(account, 10, now).admitted == 3


def test_what_is_in_the_air_is_taken_off_the_word(account: Account, now: datetime) -> None:
    told(account, now, left=3)

    room = admit(account, 10, now, in_flight=3)
    assert room.admitted == 0
    assert room.until is not None
    assert room.until <= now + timedelta(seconds=10)  # its answer will have come by then


def test_a_word_ends_with_its_window(account: Account, now: datetime) -> None:
    told(account, now, left=0)
    room = admit(account, 10, now)
    assert (room.admitted, room.until) == (0, (now + timedelta(minutes=10)).replace(microsecond=0))

    assert admit(account, 10, now + timedelta(minutes=11)).admitted == 10


def test_an_older_word_does_not_undo_a_newer_one(account: Account, now: datetime) -> None:
    told(account, now, left=3)
    told(account, now, left=60)
    assert admit(account, 10, now).admitted == 3

    told(account, now, left=60, minutes=20)
    assert admit(account, 20, now).admitted == 20


def test_the_application_s_limit_is_shared_by_its_accounts(account: Account, carmen: Member, now: datetime) -> None:
    other = registered(carmen, now, "otra")
    told(account, now, left=2, limit=10_000, prefix="x-app-limit-24hour")

    assert admit(other, 5, now).admitted == 2
    room = admit(account, 5, now, in_flight=2)
    assert (room.admitted, room.quota) == (0, "app_posts")


def test_accounts_that_report_the_same_application_together_leave_its_newest_word(
    account: Account, carmen: Member, now: datetime
) -> None:
    """Both answers wait for one flush: of one window, the one with least left is the newest."""
    reset = str(int((now + timedelta(minutes=10)).timestamp()))
    prefix = "x-app-limit-24hour"
    other = registered(carmen, now, "otra")
    for reporting, left in ((other, 4), (account, 7), (account, 5)):
        headers = {f"{prefix}-limit": "10000", f"{prefix}-remaining": str(left), f"{prefix}-reset": reset}
        rate_limit_buffer.observe(
            account_id=reporting.pk, network="x", call="POST /2/tweets", headers=headers, body=b""
        )
    actions.flush_rate_limits(now=now, at_once=True)
    row = Quota.objects.get(entity=account.entity, quota_key="app_posts", account=None)
    assert row.reported_remaining == 4
    assert admit(other, 9, now).admitted == 4


def test_what_was_not_taken_is_given_back(account: Account, now: datetime) -> None:
    assert admit(account, 100, now).admitted == 100
    with transaction.atomic():
        actions.release_quota(account=account, post_classes=[PostClass.POST] * 30, claimed_at=now)

    assert admit(account, 50, now).admitted == 30


def test_money_is_whole_micro_dollars_by_day_and_kind(account: Account, now: datetime) -> None:
    admit(account, 2, now, act=PostClass.LINK_POST)
    admit(account, 3, now)

    lines = CostEntry.objects.order_by("kind").values_list("kind", "quantity", "micros")
    assert list(lines) == [("link_post", 2, 400_000), ("post", 3, 45_000)]


def test_a_refusal_of_the_account_stops_all_of_it_until_it_says(account: Account, now: datetime) -> None:
    error = Transient("X pide esperar.", code="429", retry_after=300)
    with transaction.atomic():
        assert actions.suspend_after_error(account=account, error=error, now=now) is not None
        assert actions.suspend_after_error(account=account, error=error, now=now) is None  # it is the same one

    assert admit(account, 5, now) == Admission(0, "X pide esperar.", now + timedelta(seconds=300), "429")
    assert admit(account, 5, now + timedelta(seconds=301)).admitted == 5
    assert NetworkSuspension.objects.count() == 1


def test_spent_money_stops_the_whole_application_until_a_person_says(
    account: Account, carmen: Member, now: datetime
) -> None:
    other = registered(carmen, now, "otra")
    elsewhere = registered(carmen, now, "pagina", "facebook")
    error = QuotaExhausted("Se agotó el saldo.", code="402", retry_after=3600)
    with transaction.atomic():
        actions.suspend_after_error(account=account, error=error, now=now)

    assert admit(other, 5, now + timedelta(days=20)) == Admission(0, "Se agotó el saldo.", None, "402")
    assert admit(elsewhere, 5, now).admitted == 5


def test_a_refusal_of_one_post_stops_nothing(account: Account, now: datetime) -> None:
    with transaction.atomic():
        assert (
            actions.suspend_after_error(
                account=account, error=Transient("Sin conexión.", code="no_connection"), now=now
            )
            is None
        )

    assert queries.current_suspension(account, now=now) is None


def test_instagram_s_word_counts_what_was_published_after_it(carmen: Member, now: datetime) -> None:
    account = registered(carmen, now, "foto", "instagram")
    body = b'{"data":[{"quota_usage":46,"config":{"quota_total":50,"quota_duration":86400}}]}'
    call = "GET /{version}/{user}/content_publishing_limit"
    rate_limit_buffer.observe(account_id=account.pk, network="instagram", call=call, headers={}, body=body)
    actions.flush_rate_limits(now=now, at_once=True)

    assert admit(account, 3, now).admitted == 3
    assert admit(account, 3, now).admitted == 1
    assert Quota.objects.get(quota_key="posts").used_since_report == 4
