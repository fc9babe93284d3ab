from django.apps import AppConfig


class EntitiesConfig(AppConfig):
    name = "pregonero.entities"
    label = "entities"
    verbose_name = "Entidad"
