"""python -m tests.outbox.worker: a worker of an installation without publishing, whose only owner is the toy one."""

import os

import django
from django.conf import settings

KEPT = {
    f"pregonero.{name}"
    for name in ("ui", "health", "records", "people", "media", "entities", "networks", "outbox", "newsroom")
}


def set_up() -> None:
    """Set up Django with no app that imports publishing, and register the toy owner."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pregonero.settings")
    apps = settings.INSTALLED_APPS
    settings.INSTALLED_APPS = [app for app in apps if app in KEPT or not app.startswith("pregonero.")]
    django.setup()
    from pregonero.outbox import subjects, tasks  # noqa: F401  the apps must be loaded first
    from tests.outbox import toy

    subjects.register(toy.KIND, toy.AnswerHandler())


if __name__ == "__main__":
    set_up()
    from pregonero.worker import work

    work()
