"""Forms of the pictures and videos of a text: their descriptions, uploads, captions and crops. They never save."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict

from pregonero.media.file_fields import FilesField
from pregonero.media.models import MediumKind
from pregonero.networks.media_conversion import Choice
from pregonero.publishing.edits import AttachmentWords
from pregonero.publishing.models import Attachment

# What a browser offers to choose; what is received is decided by the content of the file.
ACCEPTED_PICTURES = "image/jpeg,image/png,image/gif,image/webp,image/heic,image/avif,.heic,.heif,.avif"
ACCEPTED_FILES = f"{ACCEPTED_PICTURES},video/mp4,.mov,.m4v,.webm,.mkv,.avi"


class AttachmentForm(forms.Form):
    """The alternative text of a picture, or the reason why a picture or video goes without text or captions."""

    alt = forms.CharField(label="Descríbela para quien no puede verla", max_length=2000, required=False)
    alt_missing_because = forms.CharField(label="Por qué va sin descripción", max_length=300, required=False)
    captions_missing_because = forms.CharField(label="Por qué va sin subtítulos", max_length=300, required=False)

    def __init__(self, attachment: Attachment, data: QueryDict | None = None) -> None:
        initial = {name: getattr(attachment, name) for name in self.base_fields}
        super().__init__(data, prefix=f"medio{attachment.pk}", initial=initial)
        self.attachment = attachment
        is_picture = attachment.medium.kind == MediumKind.PICTURE
        for name in ("captions_missing_because",) if is_picture else ("alt", "alt_missing_because"):
            del self.fields[name]

    def words(self) -> AttachmentWords:
        """Return the texts for the action. A field missing from the request keeps its saved value."""
        saved = {name: getattr(self.attachment, name) for name in self.base_fields}
        sent = {name: self.cleaned_data[name] for name in self.fields if self.add_prefix(name) in self.data}
        return AttachmentWords(**saved | sent)


class UploadForm(forms.Form):
    """Pictures or videos to upload for one account, with their description or the reason for no captions."""

    # It is part of the editor's form, which must be valid without an upload.
    use_required_attribute = False
    file = FilesField(label="Imágenes o videos", allow_empty_file=True)
    alt = forms.CharField(label="Descríbela para quien no puede verla", max_length=2000, required=False)
    because = forms.CharField(label="Si es un video sin subtítulos, por qué", max_length=300, required=False)
    everywhere = forms.BooleanField(label="Agregarlo en las demás redes", required=False)

    def __init__(self, account_id: int, data: QueryDict | None = None, files: Any = None) -> None:
        super().__init__(data, files, prefix=f"subir{account_id}")
        self.fields["file"].widget.attrs["accept"] = ACCEPTED_FILES


class VideoExtrasForm(forms.Form):
    """The captions or the thumbnail of a video."""

    captions = forms.FileField(label="Subtítulos en español (.vtt o .srt)", required=False, allow_empty_file=True)
    thumbnail = forms.FileField(label="Miniatura", required=False, allow_empty_file=True)

    def __init__(self, attachment_id: int, data: QueryDict | None = None, files: Any = None) -> None:
        super().__init__(data, files, prefix=f"junto{attachment_id}")
        self.fields["captions"].widget.attrs["accept"] = ".vtt,.srt"
        self.fields["thumbnail"].widget.attrs["accept"] = ACCEPTED_PICTURES


class CropForm(forms.Form):
    """How a picture is cropped: to which ratio, and which part of it is kept."""

    ratio = forms.ChoiceField(label="Proporción", required=False)
    focus = forms.ChoiceField(
        label="Qué se conserva",
        required=False,
        choices=[("centre", "el centro"), ("top", "arriba"), ("bottom", "abajo")],
    )

    def __init__(self, attachment_id: int, ratios: Iterable[str], data: QueryDict | None = None) -> None:
        super().__init__(data, prefix=f"arreglo{attachment_id}")
        field = self.fields["ratio"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [("", "la más cercana"), *((ratio, ratio) for ratio in ratios)]

    def choice(self) -> Choice:
        """Return the chosen crop, or the default one if the form is invalid."""
        if not self.is_valid():
            return Choice()
        return Choice(self.cleaned_data["ratio"], self.cleaned_data["focus"] or "centre")
