"""The packet of a petition: what was asked, how it looked in the network, and until when it is answered (Q-5)."""
