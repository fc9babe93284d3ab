"""The tag `post_previews`: the preview of each part of an adaptation, to be included with its own `templates`."""

from django import template

from pregonero.publishing.previews import previews_of

register = template.Library()
register.simple_tag(previews_of, name="post_previews")
