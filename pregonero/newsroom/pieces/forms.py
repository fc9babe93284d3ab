"""Forms of pieces: what a piece is, the file of a version, and a note. They validate and never save."""

from collections.abc import Sequence
from typing import Any

from django import forms

from pregonero.errors import Refused
from pregonero.media.file_fields import FilesField
from pregonero.newsroom.piece_models import MOST_MILLE, PieceKind, PieceUse
from pregonero.newsroom.pieces.actions import NotePlace, PieceData
from pregonero.newsroom.pieces.places import AREAS, centre_of, read_seconds
from pregonero.people.models import Member

MOST_FILES = 20
ACCEPTED = "image/*,video/*,.heic,.heif,.avif,.mkv,.mov"
WRONG_SECOND = "Escribe los segundos, como 12 o 1:05."


class VersionForm(forms.Form):
    """The file of a version and what makes it accessible; who else made it."""

    # A file that went up by itself is named in `uploads`, so the field of the file may be empty.
    use_required_attribute = False
    file = FilesField(label="Archivo", required=False, allow_empty_file=True)
    uploads = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    alt = forms.CharField(
        label="Descripción para quien no puede verla",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Se aprueba junto con el archivo: si cambia, se aprueba otra vez.",
    )
    captions = forms.FileField(
        label="Subtítulos (.vtt o .srt)", required=False, allow_empty_file=True, help_text="Solo para audio y video."
    )
    transcript = forms.CharField(
        label="Transcripción", required=False, max_length=100_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    authors = forms.TypedMultipleChoiceField(
        label="Quién más la hizo",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="Quien la hace no la aprueba.",
    )

    def __init__(self, *args: Any, makers: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.makers = {member.pk: member for member in makers}
        field = self.fields["authors"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [(pk, str(member)) for pk, member in self.makers.items()]
        self.fields["file"].widget.attrs["accept"] = ACCEPTED
        self.fields["captions"].widget.attrs["accept"] = ".vtt,.srt"
        if not self.makers:
            del self.fields["authors"]

    def clean_uploads(self) -> list[str]:
        """Return the names of the files that the page uploaded before the form was sent."""
        names = str(self.cleaned_data["uploads"]).split()
        if len(names) > MOST_FILES:
            raise forms.ValidationError(f"Son más de {MOST_FILES} archivos: sube los demás en otra pieza.")
        return names

    def clean_file(self) -> list[Any]:
        """Return the files that came with the form."""
        files = [file for file in self.cleaned_data["file"] if file]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"Son más de {MOST_FILES} archivos: sube los demás en otra pieza.")
        return files

    def chosen_authors(self) -> list[Member]:
        """Return who else made it, once the form is valid."""
        return [self.makers[pk] for pk in self.cleaned_data.get("authors", [])]


class NewVersionForm(VersionForm):
    """The file of another version; without one, the version has the same file with other texts."""

    what_changed = forms.CharField(
        label="Qué cambió",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Escribe qué cambió: lo lee quien aprueba."},
    )


class PieceForm(VersionForm):
    """A new piece: what it is, what it completes, and its files. Several files make several pieces."""

    source = forms.CharField(
        label="Qué completa",
        max_length=500,
        help_text="El enlace de la noticia en la sede, o de la página de la noticia o la necesidad aquí.",
        error_messages={"required": "Pega el enlace de la noticia o de la necesidad que completa."},
    )
    title = forms.CharField(label="Título", max_length=180, error_messages={"required": "Ponle un título."})
    kind = forms.ChoiceField(label="Qué es", choices=PieceKind.choices, initial=PieceKind.PHOTOGRAPH)
    use = forms.ChoiceField(label="Para quién", choices=PieceUse.choices, widget=forms.RadioSelect, initial="NETWORKS")
    speaker = forms.CharField(label="Quién habla", max_length=160, required=False)
    credits = forms.CharField(
        label="Créditos", max_length=300, required=False, help_text="Por ejemplo: Foto, Lucía Paz, MinComercio."
    )

    field_order = ("source", "title", "kind", "use", "speaker", "credits", "file", "uploads", "alt")

    def clean(self) -> dict[str, Any]:
        """Refuse files that together are too many."""
        data = super().clean() or {}
        if len(data.get("file") or []) + len(data.get("uploads") or []) > MOST_FILES:
            raise forms.ValidationError(f"Son más de {MOST_FILES} archivos: sube los demás en otra pieza.")
        return data

    def data_of(self, position: int, count: int) -> PieceData:
        """Return what one of several pieces made at once is, once the form is valid."""
        data = self.cleaned_data
        return PieceData(
            title=data["title"] if count == 1 else f"{data['title']} ({position})",
            kind=PieceKind(data["kind"]),
            use=PieceUse(data["use"]),
            speaker=data["speaker"],
            credits=data["credits"],
        )


class NoteForm(forms.Form):
    """A note on a version: on the whole, on a part or a spot of the picture, or on a range of seconds."""

    text = forms.CharField(
        label="Nota",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Escribe la nota."},
    )
    area = forms.ChoiceField(
        label="En qué parte",
        required=False,
        choices=[("", "toda la pieza"), *(("-".join(area), words) for area, words in AREAS.items())],
    )
    x = forms.IntegerField(required=False, min_value=0, max_value=MOST_MILLE, widget=forms.HiddenInput)
    y = forms.IntegerField(required=False, min_value=0, max_value=MOST_MILLE, widget=forms.HiddenInput)
    start = forms.CharField(label="Desde el segundo", required=False, max_length=12)
    end = forms.CharField(label="Hasta el segundo", required=False, max_length=12)
    must_change = forms.BooleanField(
        label="Hay que cambiarlo antes de aprobar", required=False, help_text="Devuelve la pieza a quien la hizo."
    )

    def __init__(self, *args: Any, is_audiovisual: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_audiovisual:
            del self.fields["start"], self.fields["end"]

    def clean_start(self) -> float | None:
        """Return the second in which the range starts."""
        return self._seconds("start")

    def clean_end(self) -> float | None:
        """Return the second in which the range ends."""
        return self._seconds("end")

    def _seconds(self, name: str) -> float | None:
        text = self.cleaned_data[name]
        if not text:
            return None
        if (seconds := read_seconds(text)) is None:
            raise forms.ValidationError(WRONG_SECOND)
        return seconds

    def place(self) -> NotePlace:
        """Return where the note is, once the form is valid. A chosen part counts as the spot at its middle."""
        data = self.cleaned_data
        x, y = data["x"], data["y"]
        if data["area"] and (x is None or y is None):
            row, _, column = data["area"].partition("-")
            x, y = centre_of((row, column))
        start, end = data.get("start"), data.get("end")
        if start is None and end is not None:
            raise Refused("Escribe también desde qué segundo.")
        return NotePlace(x=x, y=y, from_second=start, to_second=end if end is not None else start)
