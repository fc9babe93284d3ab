from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "pregonero.people"
    label = "people"
    verbose_name = "Personas"
