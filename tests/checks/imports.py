"""No import circle exists between the modules of pregonero, lab and bench; typing-only imports count too."""

from collections.abc import Mapping

import grimp

PACKAGES = ("pregonero", "lab", "bench")


def check() -> list[str]:
    """Return a sentence for each circle."""
    graph = grimp.build_graph(*PACKAGES)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    return sorted(f"círculo de importaciones: {' ↔ '.join(sorted(circle))}" for circle in find_circles(imports))


def find_circles(imports: Mapping[str, set[str]]) -> list[frozenset[str]]:
    """Return the sets of two or more modules that import each other, directly or not (Tarjan's algorithm).

    `imports` maps a module to the modules that it imports.
    """
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    circles: list[frozenset[str]] = []

    def visit(module: str) -> None:
        order[module] = lowest[module] = len(order)
        stack.append(module)
        for imported in imports.get(module, ()):
            if imported not in order:
                visit(imported)
                lowest[module] = min(lowest[module], lowest[imported])
            elif imported in stack:
                lowest[module] = min(lowest[module], order[imported])
        if lowest[module] == order[module]:
            position = stack.index(module)
            circle = frozenset(stack[position:])
            del stack[position:]
            if len(circle) > 1:
                circles.append(circle)

    for module in sorted(imports):
        if module not in order:
            visit(module)
    return circles
