from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "pregonero.desk"
    label = "desk"
    verbose_name = "Hoy"
