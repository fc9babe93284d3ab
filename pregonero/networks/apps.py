from django.apps import AppConfig

from pregonero.networks.client import response_listeners
from pregonero.networks.rate_limits.header_buffer import observe_response


class NetworksConfig(AppConfig):
    name = "pregonero.networks"
    label = "networks"
    verbose_name = "Redes"

    def ready(self) -> None:
        """Have the rate limits that any response of a network reports recorded."""
        response_listeners.append(observe_response)
