"""Pages of a device review, and of the devices, places and hours that an entity knows as its own."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pregonero.controls import queries
from pregonero.controls.actions import devices as actions
from pregonero.controls.device_forms import DecisionForm, DeviceListForm, KnownAccessForm
from pregonero.controls.device_list import DeviceList, read_devices
from pregonero.controls.device_rules import known_use, why_strange
from pregonero.controls.forms import initial_check
from pregonero.controls.models import Control, KnownKind
from pregonero.controls.states import Consequence
from pregonero.errors import UNPROCESSABLE, NotFound, Refused
from pregonero.networks.models import Account
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@dataclass(frozen=True)
class _Review:
    """A review that is being made: its control and account, the list, and why each device seems strange."""

    control: Control
    account: Account
    form: DeviceListForm
    listed: DeviceList
    proposals: tuple[str, ...]


@require_http_methods(["GET", "POST"])
def review(request: MemberRequest, pk: int, account: int) -> HttpResponse:
    """Take a list of devices, propose which are strange, and store what the person decides of each."""
    check_may(request.member, "controls.check", now=timezone.now())
    control = queries.get_control(member=request.member, pk=pk)
    if queries.current_version(control).consequence != Consequence.SESSION:
        raise NotFound
    target = queries.get_target(member=request.member, control=control, account_id=account)
    form = DeviceListForm(request.POST or None, initial=initial_check(timezone.now()))
    if form.is_valid() and request.POST.get("step") != "list":
        try:
            return _decide(request, _proposed(request, control, target, form))
        except Refused as refusal:
            form.add_error(None, refusal.message)
    context = {"form": form, "control": control, "account": target, "version": queries.current_version(control)}
    return render(request, "controls/devices.html", context, status=UNPROCESSABLE if form.errors else None)


def _proposed(request: MemberRequest, control: Control, account: Account, form: DeviceListForm) -> _Review:
    observed_at = form.cleaned_data["observed_at"]
    listed = read_devices(form.cleaned_data["text"], now=observed_at)
    known = known_use(queries.known_access(request.member.entity))
    proposals = tuple(why_strange(device, known, now=observed_at) for device in listed.devices)
    return _Review(control, account, form, listed, proposals)


def _decide(request: MemberRequest, made: _Review) -> HttpResponse:
    """Show the devices with the proposal of each; store the review when every one is decided."""
    data = request.POST if request.POST.get("step") == "decide" else None
    decision = DecisionForm(data, listed=made.listed, proposals=made.proposals)
    if decision.is_valid():
        draft = actions.ReviewDraft(
            text=made.form.cleaned_data["text"],
            observed_at=made.form.cleaned_data["observed_at"],
            strange=decision.strange(),
            read_rest=decision.cleaned_data["read_rest"],
        )
        check = actions.record_device_review(
            control=made.control, account=made.account, draft=draft, by=request.member, now=timezone.now()
        )
        messages.success(request, f"Revisión de dispositivos de {made.account} guardada.")
        return redirect(queries.incident_of(check) or made.control)
    context = {
        "made": made,
        "decision": decision,
        "rows": list(zip(made.listed.devices, made.proposals, decision.decisions, strict=True)),
        "may_manage": may(request.member, "controls.manage", now=timezone.now()),
    }
    return render(request, "controls/devices_decide.html", context, status=UNPROCESSABLE if decision.errors else None)


@require_http_methods(["GET", "POST"])
def known(request: MemberRequest) -> HttpResponse:
    """Show the devices, places and hours that the entity knows as its own; add one."""
    now = timezone.now()
    check_may(request.member, "controls.manage" if request.method == "POST" else "controls.see", now=now)
    form = KnownAccessForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.add_known_access(**data | {"kind": KnownKind(data["kind"])}, by=request.member, now=now)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Agregado a los conocidos.")
            return redirect("controls:known")
    context = {
        "rows": queries.known_access(request.member.entity),
        "form": form,
        "may_manage": may(request.member, "controls.manage", now=now),
        "now": now,
    }
    return render(request, "controls/known.html", context, status=UNPROCESSABLE if form.errors else None)


@require_POST
def remove_known(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a device, a place or hours out of what the entity knows."""
    check_may(request.member, "controls.manage", now=timezone.now())
    row = queries.get_known_access(member=request.member, pk=pk)
    actions.remove_known_access(known=row, by=request.member, now=timezone.now())
    messages.success(request, f"«{row}» ya no está entre los conocidos.")
    return redirect("controls:known")
