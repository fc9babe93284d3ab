from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "pregonero.health"
    label = "health"
    verbose_name = "Estado del sistema"
