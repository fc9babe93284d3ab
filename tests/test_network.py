"""No test reaches the outside: what the networks are is the laboratory's, on loopback."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


def test_the_outside_is_out_of_reach() -> None:
    with pytest.raises(SocketConnectBlockedError), socket.socket() as outside:
        outside.connect(("198.51.100.1", 80))  # an address that stands for documentation only (RFC 5737)
