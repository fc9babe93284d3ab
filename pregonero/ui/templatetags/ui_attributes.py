"""Attributes that a page hands through a component to its element, always escaped."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.utils import flatatt
from django.utils.safestring import SafeString

register = template.Library()

KINDS = {"main": "main-act", "danger": "danger", "quiet": "quiet", "plain": ""}


@register.filter
def flat(attributes: Any) -> SafeString:
    """Return what is left of a component's attributes as HTML; cotton's own output does not escape."""
    rest: Mapping[str, Any] = attributes.attrs_dict()
    return flatatt({name: value for name, value in rest.items() if value not in (None, False)})


@register.filter
def button_class(kind: str) -> str:
    """Return the class of a kind of button; an unknown kind is a mistake of the page."""
    return KINDS[kind]


@register.filter
def unprompted(field: BoundField) -> SafeString:
    """Return a field's control without placeholder: it has a label, and a placeholder goes when one writes."""
    return field.as_widget(attrs={"placeholder": False})
