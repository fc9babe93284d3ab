"""The project's own checks find what they look for."""

from tests.checks import imports


def test_find_circles_returns_the_modules_that_import_each_other() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": {"f"}, "f": {"e"}, "g": {"a", "f"}}
    assert set(imports.find_circles(graph)) == {frozenset("abc"), frozenset("ef")}


def test_find_circles_returns_nothing_for_modules_that_share_an_import() -> None:
    assert imports.find_circles({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}) == []
