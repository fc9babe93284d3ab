"""python -m tests.outbox.worker: a worker of an installation without publishing, whose only owner is the toy one."""

import os

import django
from django.conf import settings

ABOVE_OUTBOX = tuple(
    f"pregonero.{name}" for name in ("publishing", "inbox", "moderation", "controls", "public", "reports", "dashboard")
)


def set_up() -> None:
    """Set up Django without the apps above the outbox, and register the toy owner."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pregonero.settings")
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app not in ABOVE_OUTBOX]
    django.setup()
    from pregonero.outbox import subjects, tasks  # noqa: F401  the apps must be loaded first
    from tests.outbox import toy

    subjects.register(toy.KIND, toy.AnswerHandler())


if __name__ == "__main__":
    set_up()
    from pregonero.worker import work

    work()
