from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "pregonero.api"
    label = "api"
    verbose_name = "API"
