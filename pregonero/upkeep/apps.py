from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    name = "pregonero.upkeep"
    label = "upkeep"
    verbose_name = "Estado del sistema"
