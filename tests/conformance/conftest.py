"""The same laboratory serves the conformance tests."""

from tests.lab.conftest import film, film_path, lab, photo, photo_address

__all__ = ["film", "film_path", "lab", "photo", "photo_address"]
