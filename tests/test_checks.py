"""The project's own checks find what they look for."""

from tests.checks import imports, locks


def test_find_circles_returns_the_modules_that_import_each_other() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": {"f"}, "f": {"e"}, "g": {"a", "f"}}
    assert set(imports.find_circles(graph)) == {frozenset("abc"), frozenset("ef")}


def test_find_circles_returns_nothing_for_modules_that_share_an_import() -> None:
    assert imports.find_circles({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}) == []


def test_strong_locks_returns_the_locks_that_stop_inserts_or_take_joined_rows() -> None:
    source = """
A.objects.select_for_update()
A.objects.select_for_update(no_key=True).select_related("entity")
A.objects.select_for_update(of=("self",))
A.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
"""
    assert sorted(locks.strong_locks(source)) == [2, 3, 4]
