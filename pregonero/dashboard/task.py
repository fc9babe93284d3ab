"""Something that a person must do, and its act, as Hoy shows them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pregonero.media.models import Medium


@dataclass(frozen=True)
class Act:
    """The act of a task: its label names its result. With `fields` it is a form that posts them; without, a link."""

    label: str
    path: str
    fields: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Task:
    """Something that this person must do, and why."""

    title: str
    path: str
    why: str
    act: Act
    picture: Medium | None = None
    publication_id: int | None = None
    network: str = ""  # whose mark stands for a picture
    is_mine: bool = True  # false for what others must do, and this person only follows
