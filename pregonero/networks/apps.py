from django.apps import AppConfig

from pregonero.health.runner import register_checks
from pregonero.networks.client import response_listeners
from pregonero.networks.rate_limits.header_buffer import observe_response


class NetworksConfig(AppConfig):
    name = "pregonero.networks"
    label = "networks"
    verbose_name = "Redes"

    def ready(self) -> None:
        """Connect the rate-limit buffer to the HTTP client, and register this app's health checks."""
        from pregonero.networks import health_checks  # noqa: PLC0415  its models load after the apps

        response_listeners.append(observe_response)
        register_checks(*health_checks.CHECKS)
