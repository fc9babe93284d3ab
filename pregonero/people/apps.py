from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "pregonero.people"
    label = "people"
    verbose_name = "Personas"

    def ready(self) -> None:
        """Follow what django-allauth does by itself."""
        from pregonero.people.security import receivers  # noqa: F401, PLC0415  models load before
