from django.apps import AppConfig


class NetworksConfig(AppConfig):
    name = "pregonero.networks"
    label = "networks"
    verbose_name = "Redes"
