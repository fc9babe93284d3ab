"""Forms of synergies. They validate and never save."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms

from pregonero.errors import Refused
from pregonero.media.file_fields import FilesField
from pregonero.newsroom.campaign_models import Campaign
from pregonero.people.models import Member
from pregonero.synergies.actions.synergies import DefinitionDraft, Received
from pregonero.synergies.intake import MAIL, Mail, Unpacked, read_mail
from pregonero.synergies.models import SynergyState, SynergyWay
from pregonero.synergies.rules import check_files

BETWEEN_TEXTS = "---"
MINUTE = "%Y-%m-%dT%H:%M"
WRONG_MINUTE = "Escribe el día y la hora."
MOST_MESSAGE = 20_000


def _minute(label: str, help_text: str = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        help_text=help_text,
        input_formats=[MINUTE],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE),
        error_messages={"invalid": WRONG_MINUTE},
    )


class SynergyForm(forms.Form):
    """What an office sends. A mail that is uploaded fills in what is left empty: who sends it, the topic, the text."""

    attachments = FilesField(
        label="El correo y los archivos",
        required=False,
        allow_empty_file=True,
        help_text="El correo como .eml, un ZIP, piezas o videos. Del correo se toma lo que dejes vacío.",
    )
    sender = forms.CharField(
        label="Quién la envía", max_length=200, required=False, help_text="Por ejemplo: Prensa de Presidencia."
    )
    sender_contact = forms.CharField(label="Con quién hablamos allá", max_length=200, required=False)
    beneficiary = forms.CharField(
        label="En favor de qué entidad",
        max_length=200,
        error_messages={"required": "Escribe de qué entidad es el tema."},
    )
    topic = forms.CharField(label="Tema, en una línea", max_length=200, required=False)
    way = forms.ChoiceField(label="Cómo llegó", choices=SynergyWay.choices)
    received_at = _minute("Cuándo llegó", "Si lo dejas vacío, ahora o la fecha del correo.")
    message = forms.CharField(
        label="Lo que dice",
        max_length=MOST_MESSAGE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Pega el correo o el mensaje tal como llegó.",
    )
    texts = forms.CharField(
        label="Textos sugeridos",
        max_length=MOST_MESSAGE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Separa cada uno con una línea de tres guiones: ---",
    )
    link = forms.URLField(
        label="Enlace que debe llevar",
        max_length=500,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "Escribe una dirección completa, como https://www.mincit.gov.co/."},
    )
    window_from = _minute("Desde cuándo piden que salga")
    window_to = _minute("Hasta cuándo piden que salga")
    campaign = forms.TypedChoiceField(label="Campaña", required=False, coerce=int, empty_value=None)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        campaigns: Sequence[Campaign],
        now: datetime,
    ) -> None:
        super().__init__(data, files)
        self.now, self.campaigns = now, {campaign.pk: campaign for campaign in campaigns}
        choices = [("", "Ninguna"), *((campaign.pk, str(campaign)) for campaign in campaigns)]
        self.fields["campaign"].choices = choices  # type: ignore[attr-defined]
        self.mail: Mail | None = None
        self.unpacked: list[Unpacked] = []

    def clean_attachments(self) -> list[Any]:
        """Refuse files that are too many or too large before their bytes are read, and open the mail."""
        files = [file for file in self.cleaned_data["attachments"] if file]
        try:
            check_files((file.name, file.size) for file in files)
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        for file in files:
            content = file.read()
            self.unpacked.append((file.name, content))
            if self.mail is None and file.name.casefold().endswith(MAIL):
                self.mail = read_mail(content)
                self.unpacked += self.mail.files
        return files

    def clean(self) -> dict[str, Any]:
        """Take from the mail what was left empty, and ask for what is still missing."""
        data = super().clean() or {}
        if self.mail is not None:
            data["sender"] = data.get("sender") or self.mail.sender[:200]
            data["topic"] = data.get("topic") or self.mail.subject[:200]
            data["message"] = data.get("message") or self.mail.text[:MOST_MESSAGE]
            data["received_at"] = data.get("received_at") or self.mail.sent_at
        for name, sentence in (("sender", "Escribe quién la envía."), ("topic", "Escribe de qué se trata.")):
            if name not in self.errors and not data.get(name):
                self.add_error(name, sentence)
        return data

    def received(self) -> Received:
        """Return what was received, once the form is valid."""
        data = self.cleaned_data
        return Received(
            sender=data["sender"],
            sender_contact=data["sender_contact"],
            beneficiary=data["beneficiary"],
            topic=data["topic"],
            way=SynergyWay(data["way"]),
            received_at=data["received_at"] or self.now,
            message=data["message"],
            link=data["link"],
            window_from=data["window_from"],
            window_to=data["window_to"],
            campaign=self.campaigns.get(data["campaign"]),
        )

    def suggested(self) -> list[str]:
        """Return the suggested texts, once the form is valid."""
        blocks: list[list[str]] = [[]]
        for line in self.cleaned_data["texts"].splitlines():
            if line.strip() == BETWEEN_TEXTS:
                blocks.append([])
            else:
                blocks[-1].append(line)
        texts = ["\n".join(block).strip() for block in blocks]
        return [text[:4_000] for text in texts if text]


class DefinitionForm(forms.Form):
    """What two people define about a synergy."""

    state = forms.ChoiceField(
        label="Qué se define",
        widget=forms.RadioSelect,
        error_messages={"required": "Elige qué se define."},
    )
    circumstances = forms.CharField(
        label="Coyuntura",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Por qué ahora sí, o ahora no.",
        error_messages={"required": "Escribe la coyuntura: queda en el registro."},
    )
    affinity = forms.CharField(
        label="Afinidad con el sector",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Qué tiene que ver con comercio, industria o turismo.",
        error_messages={"required": "Escribe la afinidad con el sector: queda en el registro."},
    )
    networks_person = forms.TypedChoiceField(label="Quien lleva las redes", coerce=int)
    head = forms.TypedChoiceField(label="Con la asesoría o la coordinación", coerce=int)
    look_again_on = forms.DateField(
        label="Cuándo se vuelve a mirar",
        required=False,
        help_text="Solo si queda para después.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Escribe una fecha, como 2026-12-01."},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        states: Sequence[SynergyState],
        networks_people: Sequence[Member],
        heads: Sequence[Member],
        member: Member,
    ) -> None:
        super().__init__(data, initial={"networks_person": member.pk, "head": member.pk})
        labels = {"SUPPORTED": "Se apoya", "LATER": "Para después", "DECLINED": "No se apoya"}
        self.people = {person.pk: person for person in (*networks_people, *heads)}
        self._choose("state", [(state.value, labels[state]) for state in states])
        self._choose("networks_person", [(person.pk, str(person)) for person in networks_people])
        self._choose("head", [(person.pk, str(person)) for person in heads])
        if SynergyState.LATER not in states:
            del self.fields["look_again_on"]

    def _choose(self, name: str, choices: Sequence[tuple[object, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def definition(self) -> DefinitionDraft:
        """Return what is defined, once the form is valid."""
        data = self.cleaned_data
        return DefinitionDraft(
            state=SynergyState(data["state"]),
            circumstances=data["circumstances"],
            affinity=data["affinity"],
            networks_person=self.people[data["networks_person"]],
            head=self.people[data["head"]],
            look_again_on=data.get("look_again_on"),
        )
