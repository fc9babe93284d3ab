"""The tag `installed_entity`: the entity that the sign-in page names, if the installation has only one."""

from django import template

from pregonero.people.queries import only_entity

register = template.Library()
register.simple_tag(only_entity, name="installed_entity")
