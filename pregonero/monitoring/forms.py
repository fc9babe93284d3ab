"""Forms of topics and of the watch list. They validate and never save."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from pregonero.errors import Refused
from pregonero.monitoring.actions.watch import Watched
from pregonero.monitoring.models import DecisionKind, Entry, WatchedRole
from pregonero.monitoring.opml import MOST_BYTES, read_opml
from pregonero.monitoring.rules import SPOKEN
from pregonero.newsroom.sources.base import PolledSourceKind
from pregonero.people.models import Member

KIND_LABELS = {
    DecisionKind.REPUBLISH: "Republicar una de sus notas",
    DecisionKind.NOTHING: "No decir nada",
    DecisionKind.STATEMENT: "Un comunicado de la vocería",
    DecisionKind.ANSWER: "Una respuesta de la vocería",
}


class DecisionForm(forms.Form):
    """What is decided about a topic, why, until when, and who is responsible."""

    kind = forms.ChoiceField(
        label="Qué se hace", widget=forms.RadioSelect, error_messages={"required": "Elige qué se hace."}
    )
    entry = forms.TypedChoiceField(
        label="Cuál nota se republica", required=False, coerce=int, empty_value=None, help_text="Solo para republicar."
    )
    reason = forms.CharField(
        label="Por qué",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Queda en el registro.",
        error_messages={"required": "Escribe por qué: queda en el registro."},
    )
    spokesperson = forms.CharField(
        label="Quién de la vocería",
        max_length=120,
        required=False,
        help_text="Solo para un comunicado o una respuesta: la ministra, un viceministro…",
    )
    day = forms.DateField(
        label="Hasta qué día",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Escribe una fecha, como 2026-12-01."},
    )
    hour = forms.TimeField(
        label="Hasta qué hora",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="Para no decir nada no hace falta.",
        error_messages={"invalid": "Escribe una hora, como 14:30."},
    )
    responsible = forms.TypedChoiceField(
        label="Quién responde", coerce=int, error_messages={"required": "Elige quién responde."}
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kinds: Iterable[DecisionKind],
        entries: Sequence[Entry],
        people: Sequence[Member],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.entries, self.people = {one.pk: one for one in entries}, {one.pk: one for one in people}
        kinds = list(kinds)
        self._choose("kind", [(kind.value, KIND_LABELS[kind]) for kind in kinds])
        if not SPOKEN.intersection(kinds):
            del self.fields["spokesperson"]
        if DecisionKind.REPUBLISH not in kinds:
            del self.fields["entry"]
        else:
            notes = [(one.pk, f"{one.source}: {one.title}"[:120]) for one in entries]
            self._choose("entry", [("", "Ninguna"), *notes])
        self._choose("responsible", [(one.pk, str(one)) for one in people])

    def _choose(self, name: str, choices: Sequence[tuple[object, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for what each kind of decision needs: the note to republish, and the moment until which."""
        data = super().clean() or {}
        kind = data.get("kind")
        if kind == DecisionKind.REPUBLISH and not data.get("entry"):
            self.add_error("entry", "Elige cuál nota se republica.")
        if kind in SPOKEN and not data.get("spokesperson"):
            self.add_error("spokesperson", "Escribe quién de la vocería habla.")
        if kind and kind != DecisionKind.NOTHING and "day" not in self.errors and "hour" not in self.errors:
            for name in ("day", "hour"):
                if not data.get(name):
                    self.add_error(name, "Elige hasta cuándo.")
        return data

    def decision(self) -> dict[str, Any]:
        """Return the arguments of `decide_topic`, once the form is valid."""
        data, due_at = self.cleaned_data, None
        kind = DecisionKind(data["kind"])
        if kind != DecisionKind.NOTHING:
            hour = data["hour"]
            due_at = timezone.make_aware(datetime.combine(data["day"], time(hour.hour, hour.minute)))
        return {
            "kind": kind,
            "reason": data["reason"],
            "responsible": self.people[data["responsible"]],
            "due_at": due_at,
            "entry": self.entries.get(data.get("entry") or 0),
            "spokesperson": data.get("spokesperson", ""),
        }


class StatementForm(forms.Form):
    """The facts and the text of a statement."""

    facts = forms.CharField(
        label="Hechos reunidos",
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Lo que se sabe y de dónde: lo lee la vocería antes de hablar.",
    )
    text = forms.CharField(
        label="Texto",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Tal como va a salir.",
        error_messages={"required": "Escribe el texto."},
    )


class RoomForm(forms.Form):
    """Why the crisis room is opened, and who decides while it is open."""

    reason = forms.CharField(
        label="Qué pasa",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Lo verá todo el equipo, arriba en cada página.",
        error_messages={"required": "Escribe qué pasa."},
    )
    decider = forms.TypedChoiceField(
        label="Quién decide", coerce=int, error_messages={"required": "Elige quién decide."}
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, people: Sequence[Member]) -> None:
        super().__init__(data)
        self.people = {one.pk: one for one in people}
        self.fields["decider"].choices = [(one.pk, str(one)) for one in people]  # type: ignore[attr-defined]

    def chosen_decider(self) -> Member:
        """Return who decides, once the form is valid."""
        return self.people[self.cleaned_data["decider"]]


class LogForm(forms.Form):
    """A text for the log of the crisis room: the agreed line, a note, or how it ended."""

    text = forms.CharField(
        label="Texto",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Escribe el texto."},
    )


class OutcomeForm(forms.Form):
    """What came of a topic."""

    text = forms.CharField(
        label="Qué resultó",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Escribe qué resultó."},
    )


class MergeForm(forms.Form):
    """The topic that is the same as this one."""

    other = forms.TypedChoiceField(label="Es lo mismo que", coerce=int, error_messages={"required": "Elige el tema."})

    def __init__(self, data: Mapping[str, Any] | None = None, *, topics: Sequence[Any]) -> None:
        super().__init__(data)
        choices = [(topic.pk, f"{topic.title[:90]} ({topic.source_count})") for topic in topics]
        self.fields["other"].choices = choices  # type: ignore[attr-defined]


class OpmlForm(forms.Form):
    """The OPML file of another reader."""

    file = forms.FileField(
        label="Archivo OPML",
        help_text="El que exporta otro lector de noticias. Hasta 2 MB.",
        error_messages={"required": "Elige el archivo.", "empty": "El archivo está vacío."},
    )

    def sources(self) -> list[Watched]:
        """Return the feeds of the file, once the form is valid. Raises `Refused`."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise Refused("El archivo pesa más de 2 MB.")
        return read_opml(file.read())


class SplitForm(forms.Form):
    """The entries that are of another topic."""

    entry = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, data: Mapping[str, Any] | None = None, *, entries: Sequence[Entry]) -> None:
        super().__init__(data)
        self.fields["entry"].choices = [(entry.pk, entry.title) for entry in entries]  # type: ignore[attr-defined]


class WatchForm(forms.Form):
    """A source to follow, of a kind of reading: its name, whose it is, its address, and the options of the kind."""

    name = forms.CharField(label="Nombre", max_length=120, error_messages={"required": "Ponle un nombre."})
    role = forms.ChoiceField(label="De quién es", choices=WatchedRole.choices)
    address = forms.CharField(
        label="Dirección",
        max_length=500,
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        error_messages={"required": "Falta la dirección."},
    )

    def __init__(self, kind: PolledSourceKind, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.kind = kind
        self.fields.update(kind.option_fields())
        if "preset" in self.fields:
            self.fields["preset"].initial = ""  # those of the official website do not serve here

    def clean(self) -> dict[str, Any]:
        """Build the options and check them."""
        data = super().clean() or {}
        data["options"] = self.kind.options_from(data)
        for issue in self.kind.issues_of(data["options"]):
            self.add_error(issue.field, issue.text)
        return data

    def watched(self) -> Watched:
        """Return the source, once the form is valid."""
        data = self.cleaned_data
        return Watched(self.kind.code, WatchedRole(data["role"]), data["name"], data["address"], data["options"])
