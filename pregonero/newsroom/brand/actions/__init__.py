"""What people and jobs do with the manual of visual identity (D-3)."""

from pregonero.newsroom.brand.actions.connection import (
    ServerPlan,
    confirm_key,
    disconnect_server,
    read_now,
    save_server,
)
from pregonero.newsroom.brand.actions.mirror import save_reading
from pregonero.newsroom.brand.actions.validity import set_validity

__all__ = [
    "ServerPlan",
    "confirm_key",
    "disconnect_server",
    "read_now",
    "save_reading",
    "save_server",
    "set_validity",
]
