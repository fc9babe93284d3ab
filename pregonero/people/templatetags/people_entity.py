"""The entity that the sign-in page names."""

from django import template

from pregonero.people.models import Entity
from pregonero.people.queries import only_entity

register = template.Library()


@register.simple_tag
def installed_entity() -> Entity | None:
    """Return the entity of an installation with one; None with several, because nobody has signed in yet."""
    return only_entity()
