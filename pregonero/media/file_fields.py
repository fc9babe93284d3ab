"""A field of a form for several files."""

from typing import Any

from django import forms


class FilesInput(forms.ClearableFileInput):
    """A field where several files are chosen at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each checked as Django checks a single file."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files in the order in which they were chosen."""
        chosen = data if isinstance(data, list) else [data]
        return [super(FilesField, self).clean(file, initial) for file in chosen or [None]]
