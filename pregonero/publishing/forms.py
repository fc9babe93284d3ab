"""Forms of publications, deliveries and limits. They validate and never save."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils import timezone

from pregonero.errors import Refused, WrongState
from pregonero.media.models import MediumKind
from pregonero.networks.post_validation import REEL
from pregonero.networks.rate_limits.policy import MICROS
from pregonero.outbox.queries.limits import QuotaLine
from pregonero.publishing import rules
from pregonero.publishing.calendar import next_quarter
from pregonero.publishing.edits import (
    EDITED_FIELDS,
    AdaptationChange,
    PublicationChange,
    edited_values,
    share_descriptions,
)
from pregonero.publishing.general_text import digest_of, is_omitted, is_own_text
from pregonero.publishing.media_forms import AttachmentForm
from pregonero.publishing.models import ZONE, Adaptation, Publication, Relevance

THOUSANDS = re.compile(r"[1-9]\d{0,2}(\.\d{3})+(,\d+)?")


class StartForm(forms.Form):
    """The source of a new publication. `key` makes a repeated submission return the same draft.

    Without a key, the form opens the publication that the source already has.
    """

    source = forms.RegexField(r"^[a-z_]{1,20}:[1-9][0-9]{0,30}\Z", widget=forms.HiddenInput)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    hour = forms.CharField(required=False, widget=forms.HiddenInput)


class PublicationForm(forms.Form):
    """The fields common to all accounts of a publication, with the names of `EDITED_FIELDS`."""

    text = forms.CharField(
        label="Texto para todas las redes",
        required=False,
        widget=forms.Textarea,
        help_text="Cada red lo recibe a su medida, con el enlace. La que ajustes conserva su propio texto.",
    )
    why = forms.CharField(
        label="Por qué le interesa a la ciudadanía",
        max_length=300,
        required=False,
        help_text="Queda en el expediente. Sin esto no se puede programar.",
    )
    theme = forms.CharField(
        label="Tema", max_length=80, required=False, help_text="Sirve para no repetir temas en el día."
    )
    relevance = forms.TypedChoiceField(label="Relevancia", choices=Relevance.choices, coerce=int)
    link = forms.URLField(label="Enlace", max_length=500, assume_scheme="https")
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def clean_text(self) -> str:
        """Return the text with the line ends of the database."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")

    def values(self) -> dict[str, Any]:
        """Return the edited fields for the action. A field missing from the request keeps its saved value."""
        return {name: (self.cleaned_data if name in self.data else self.initial)[name] for name in EDITED_FIELDS}


class AdaptationForm(forms.Form):
    """The texts of a publication on one account. `shown` is the digest of the text that the page shows."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    publish = forms.BooleanField(required=False)
    skip_reason = forms.CharField(label="Razón", max_length=300, required=False)
    title = forms.CharField(label="Título", max_length=200, required=False)
    text = forms.CharField(label="Texto", required=False, strip=True, widget=forms.Textarea)
    format = forms.ChoiceField(
        label="El video va como", required=False, choices=[("", "video"), (REEL, "reel, vertical y corto")]
    )

    def __init__(
        self, adaptation: Adaptation, data: QueryDict | None = None, *, takes_title: bool, takes_reels: bool = False
    ) -> None:
        super().__init__(
            data,
            prefix=f"red{adaptation.account_id}",
            initial={
                "publish": not adaptation.skipped,
                "skip_reason": adaptation.skip_reason,
                "title": adaptation.title,
                "text": adaptation.text,
                "shown": digest_of(adaptation.text),
                "format": adaptation.format,
            },
        )
        self.adaptation = adaptation
        self.skips = adaptation.skipped if data is None else is_omitted(adaptation, data, self.prefix or "")
        self.has_own_text = adaptation.own_text if data is None else is_own_text(adaptation, data, self.prefix or "")
        self.parts = _parts(adaptation, data, self.prefix or "")
        self.attachments = [AttachmentForm(attachment, data) for attachment in adaptation.media]
        label = adaptation.account.get_network_display()
        self.fields["text"].label = f"Texto para {label}"
        self.fields["publish"].label = f"Publicar en {label}"
        if not (takes_reels and any(attachment.medium.kind == MediumKind.VIDEO for attachment in adaptation.media)):
            del self.fields["format"]
        self.fields["title"].label = f"Título en {label}"
        if not takes_title:
            del self.fields["title"]

    def is_valid(self) -> bool:
        """Return whether the form and those of its attachments are valid."""
        return all([super().is_valid(), *(form.is_valid() for form in self.attachments)])

    def clean(self) -> dict[str, Any]:
        """Require a reason for omitting the account; a form without the field keeps the saved one."""
        cleaned = super().clean() or self.cleaned_data
        if self.add_prefix("skip_reason") not in self.data:
            cleaned["skip_reason"] = self.adaptation.skip_reason
        if self.skips and not cleaned.get("skip_reason"):
            self.add_error("skip_reason", "Escribe por qué no se publica en esta red.")
        return cleaned

    @property
    def written(self) -> str:
        """Return the submitted text, even if the form is invalid."""
        return str(self["text"].value() or "").replace("\r\n", "\n").strip()

    def change(self) -> AdaptationChange:
        """Return the account's changes for the action."""
        cleaned = self.cleaned_data
        return AdaptationChange(
            text=cleaned["text"].replace("\r\n", "\n"),
            own_text=self.has_own_text,
            title=cleaned.get("title", ""),
            format=cleaned.get("format", self.adaptation.format),
            parts=self.parts,
            media={form.attachment.pk: form.words() for form in self.attachments},
            skipped=self.skips,
            skip_reason=cleaned["skip_reason"] if self.skips else "",
        )


def parts_name(prefix: str) -> str:
    """Return the name of the fields of an account's thread parts. They are repeated, one for each part, in order."""
    return f"{prefix}-parts"


def _parts(adaptation: Adaptation, data: QueryDict | None, prefix: str) -> tuple[str, ...]:
    """Return the submitted parts of a thread, or the saved ones if the request has none."""
    if data is None or f"{prefix}-thread" not in data:
        return tuple(adaptation.parts)
    return tuple(text.replace("\r\n", "\n").strip() for text in data.getlist(parts_name(prefix)))


class MinuteForm(forms.Form):
    """The day and hour of a publication, in Bogotá."""

    day = forms.DateField(
        label="Sale el",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Elige un día del calendario.", "required": "Elige el día."},
    )
    hour = forms.TimeField(
        label="Hora",
        input_formats=("%H:%M", "%H:%M:%S", "%H.%M", "%H%M"),
        # A field of type "time" shows the browser's own clock, of 12 hours in Colombia.
        widget=forms.TimeInput(
            attrs={"inputmode": "numeric", "maxlength": 5, "autocomplete": "off", "placeholder": "14:30"},
            format="%H:%M",
        ),
        error_messages={"invalid": "Escríbela como 14:30.", "required": "Escribe la hora, como 14:30."},
    )

    def __init__(self, data: QueryDict | None = None, *, now: datetime, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.now = now

    def clean(self) -> dict[str, Any]:
        """Reject a minute in the past or too far in the future."""
        cleaned = super().clean() or self.cleaned_data
        if {"day", "hour"} <= cleaned.keys():
            try:
                rules.check_minute(self.due_at(), now=self.now)
            except Refused as refusal:
                self.add_error("hour", refusal.message)
        return cleaned

    def due_at(self) -> datetime:
        """Return the minute as an instant."""
        day: date = self.cleaned_data["day"]
        hour: time = self.cleaned_data["hour"]
        return datetime.combine(day, hour.replace(second=0, microsecond=0), tzinfo=ZoneInfo(ZONE))


class DayForm(forms.Form):
    """The day to which several publications move, each one at its own hour."""

    day = forms.DateField(
        label="Pasan al",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Elige un día del calendario.", "required": "Elige el día."},
    )

    def due_at(self, publication: Publication) -> datetime:
        """Return the hour that the publication has, on that day. Raises `WrongState` when it has none."""
        if publication.due_at is None:
            raise WrongState("Todavía no tiene hora: prográmala en su editor.")
        return datetime.combine(self.cleaned_data["day"], timezone.localtime(publication.due_at).time(), ZoneInfo(ZONE))


def minute_of(publication: Publication, asked: datetime | None = None, *, now: datetime) -> dict[str, Any]:
    """Return the initial values of the form that moves a publication: the asked minute, or its own.

    If they passed, the next quarter.
    """
    times = (at for at in (asked, publication.due_at) if at is not None and at > now)
    at = timezone.localtime(next(times, next_quarter(now)))
    return {"day": at.date(), "hour": f"{at:%H:%M}"}


class ReasonForm(forms.Form):
    """The reason of an act."""

    reason = forms.CharField(
        label="Razón", max_length=300, error_messages={"required": "Escribe la razón: queda en el expediente."}
    )


class KeyForm(forms.Form):
    """A key that makes a repeated submission of the same form harmless."""

    key = forms.UUIDField(widget=forms.HiddenInput)


class OutForm(forms.Form):
    """The post that a delivery published: one of the candidates, or the address of another one."""

    attempt = forms.IntegerField(widget=forms.HiddenInput)
    remote_id = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)
    address = forms.URLField(
        label="Dirección de la publicación",
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text="Ábrela en la red y copia su dirección. La leemos allí antes de guardarla.",
    )

    def clean(self) -> dict[str, Any]:
        """Require a candidate or an address."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("remote_id") and not cleaned.get("address"):
            self.add_error("address", "Pega la dirección de la publicación.")
        return cleaned


class NotOutForm(forms.Form):
    """That a delivery was not published, and how the person knows."""

    attempt = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Cómo sabes que no salió",
        max_length=300,
        error_messages={"required": "Escribe cómo lo sabes: queda en el expediente."},
    )


class HandMadeForm(forms.Form):
    """The address of a post made by hand."""

    address = forms.URLField(
        label="Dirección de lo que publicaste",
        max_length=500,
        assume_scheme="https",
        help_text="Abre la publicación en la red y copia su dirección.",
        error_messages={"required": "Pega la dirección de la publicación."},
    )


def change_of(general: PublicationForm, adaptations: list[AdaptationForm]) -> PublicationChange:
    """Return the changes of the whole publication for the action."""
    changes = {form.adaptation.account_id: form.change() for form in adaptations}
    shared = share_descriptions(changes, [form.adaptation for form in adaptations])
    return PublicationChange(**general.values(), adaptations=shared)


def initial_of(publication: Publication) -> dict[str, Any]:
    """Return the initial values of the general form."""
    return edited_values(publication) | {"revision": publication.revision}


class AmountField(forms.DecimalField):
    """A number as it is written in Colombia: "1.500" is one thousand five hundred, "0,02" two hundredths."""

    def to_python(self, value: Any) -> Any:
        """Remove the thousands separators."""
        if isinstance(value, str) and THOUSANDS.fullmatch(value.strip()):
            value = value.replace(".", "")
        return super().to_python(value)


class LimitForm(forms.Form):
    """The entity's own limit of a quota: a whole number, or dollars when it counts money; empty removes it."""

    limit = AmountField(
        label="Tope de la entidad",
        min_value=0,
        max_value=10**9,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None, *, line: QuotaLine) -> None:
        value = line.own_limit
        super().__init__(data, initial={"limit": value if value is None or not line.is_money else value / MICROS})
        self.line = line
        field = self.fields["limit"]
        field.error_messages["invalid"] = f"Escribe un número, como {'50,00' if line.is_money else '50'}."
        field.error_messages["min_value"] = "Escribe cero o más."
        field.error_messages["max_value"] = "Es demasiado grande."
        if line.is_money:
            field.label = "Tope de la entidad, en dólares"

    def clean_limit(self) -> Decimal | None:
        """Reject fractions of what cannot be divided: cents of a dollar are the least."""
        limit: Decimal | None = self.cleaned_data["limit"]
        places = Decimal("0.01") if self.line.is_money else Decimal(1)
        if limit is not None and limit % places:
            message = "Escribe dos decimales como máximo." if self.line.is_money else "Escribe un número entero."
            raise forms.ValidationError(message)
        return limit

    def own_limit(self) -> int | None:
        """Return the limit in the unit of the quota: micro-dollars for money."""
        limit: Decimal | None = self.cleaned_data["limit"]
        return None if limit is None else int(limit * MICROS if self.line.is_money else limit)
