"""Tests cannot connect to any address outside this machine."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


def test_connections_to_other_machines_are_blocked() -> None:
    with pytest.raises(SocketConnectBlockedError), socket.socket() as outside:
        outside.connect(("198.51.100.1", 80))  # an address reserved for documentation (RFC 5737)
