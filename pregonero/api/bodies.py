"""Bodies in JSON that the forms of the pages validate: a page and the API ask for the same, with the same sentences."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from django import forms
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from pregonero.api.problems import Invalid
from pregonero.errors import Issue

F = TypeVar("F", bound=forms.Form)
TYPES: dict[type[forms.Field], dict[str, str]] = {
    forms.BooleanField: {"type": "boolean"},
    forms.IntegerField: {"type": "integer"},
    forms.DateField: {"type": "string", "format": "date"},
    forms.TimeField: {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"},
}


class FormBody(BaseModel, Generic[F]):
    """The body of a request, with the fields of `form_class`. A subclass may leave some out, or build the form.

    Its form is valid: what a person must correct is raised as `Invalid`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    form_class: ClassVar[type[forms.Form]]
    left_out: ClassVar[frozenset[str]] = frozenset()
    form: Any

    @model_validator(mode="before")
    @classmethod
    def _validate(cls, data: Any) -> dict[str, Any]:
        form = cls.build(values_of(data, cls.fields()))
        check_form(form)
        return {"form": form}

    @classmethod
    def build(cls, values: dict[str, Any]) -> forms.Form:
        """Return the form with the values of the body."""
        return cls.form_class(values)

    @classmethod
    def fields(cls) -> dict[str, forms.Field]:
        """Return the fields that the body takes: files are sent elsewhere."""
        declared: dict[str, forms.Field] = cls.form_class.base_fields
        return {
            name: field
            for name, field in declared.items()
            if name not in cls.left_out and not isinstance(field, forms.FileField)
        }

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the fields of the form, with the labels and the helps of the page."""
        whole = handler(core_schema)
        fields = cls.fields()
        handler.resolve_ref_schema(whole).update(
            properties={name: described(field) for name, field in fields.items()},
            required=[name for name, field in fields.items() if field.required],
            additionalProperties=False,
            description=(cls.__doc__ or "").strip(),
        )
        return whole


def check_form(form: forms.Form, *, place: str = "") -> None:
    """Raise `Invalid` with what is wrong in a form, each field after its place."""
    if form.is_valid():
        return
    raise Invalid(
        Issue(place + ("" if field == "__all__" else field), error["code"] or "invalid", error["message"])
        for field, errors in form.errors.get_json_data().items()
        for error in errors
    )


def values_of(data: Any, fields: Mapping[str, forms.Field]) -> dict[str, Any]:
    """Return the values for a form. Raises `Invalid` for what is not of its type, or is no field."""
    if not isinstance(data, dict):
        raise Invalid([Issue("", "type", "El cuerpo debe ser un objeto JSON.")])
    issues = [Issue(name, "unknown", "Ese dato no existe.") for name in data if name not in fields]
    values = {}
    for name, field in fields.items():
        value = data.get(name)
        if value is None:
            continue
        problem = _type_problem(field, value)
        if problem:
            issues.append(Issue(name, "type", problem))
        values[name] = value
    if issues:
        raise Invalid(issues)
    return values


def _type_problem(field: forms.Field, value: Any) -> str:
    """Return what is wrong with the type of a value; an empty string if it is right."""
    kind = described(field)["type"]
    if kind == "boolean":
        return "" if isinstance(value, bool) else "Debe ser verdadero o falso."
    if kind == "integer":
        return "" if isinstance(value, int) and not isinstance(value, bool) else "Debe ser un número entero."
    if kind == "array":
        is_list = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return "" if is_list else "Debe ser una lista de textos."
    if not isinstance(value, str):
        return "Debe ser un texto."
    if not value.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in value):
        return "Tiene letras que no existen."
    return _day_problem(field, value)


def _day_problem(field: forms.Field, value: str) -> str:
    """Return what is wrong with a day: a page also takes it as it is written by hand."""
    if not isinstance(field, forms.DateField) or not value:
        return ""
    try:
        date.fromisoformat(value)
    except ValueError:
        return str(field.error_messages["invalid"])
    return ""


def described(field: forms.Field) -> dict[str, Any]:
    """Return the JSON schema of a field."""
    words = {"title": str(field.label or ""), "description": str(field.help_text or "")}
    return _type_of(field) | {name: text for name, text in words.items() if text}


def _type_of(field: forms.Field) -> dict[str, Any]:
    if isinstance(field, forms.ChoiceField):
        return _type_of_choices(field)
    for kind, described_as in TYPES.items():
        if isinstance(field, kind):
            return dict(described_as)
    limits = {"maxLength": getattr(field, "max_length", None), "minLength": 1 if field.required else None}
    return {"type": "string"} | {name: limit for name, limit in limits.items() if limit}


def _type_of_choices(field: forms.ChoiceField) -> dict[str, Any]:
    choices = [value for value, _ in field.widget.choices]
    if isinstance(field, forms.MultipleChoiceField):
        return {"type": "array", "items": {"type": "string", "enum": choices}}
    return {"type": "integer" if all(isinstance(value, int) for value in choices) else "string", "enum": choices}
