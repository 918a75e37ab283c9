"""The imports between this project's modules, and the order of its layers.

    python tests/import_graph.py        prints the graph by layers (`make layers`)

Imports anywhere count: at the top, inside functions, and those for the type checker alone.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1] / "projector"

# From the bottom up; a part imports from its own layer and from those below.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "runtime", "redact", "one_to_one", "compiled", "compressed_rows", "json_values"),
    ("records", "shipped"),
    ("dependents",),
    ("engines", "abilities", "stage"),
    ("text",),
    ("io",),
    ("models",),
    ("alignment", "translation"),
    ("projection", "annotation", "augment"),
    ("qa",),
    ("quality",),
    ("generation", "report", "publishing"),
    ("pipeline",),
    ("api",),
    ("cli", "__init__", "__main__"),
)

Graph = dict[str, set[str]]


def layer_of(part: str) -> int:
    """The number of a part's layer, from 0 at the bottom."""
    return next(n for n, parts in enumerate(LAYERS) if part in parts)


def part_of(module: str) -> str:
    """``projector.io.jsonl`` -> ``io``; the package itself is ``__init__``."""
    return module.split(".")[1] if "." in module else "__init__"


def import_graph(root: Path = ROOT) -> Graph:
    """Each module with the modules of the package that it imports.

    The package's own version, which every layer may say, is no import of what else is public.
    """
    files = {_name(path, root): path for path in sorted(root.rglob("*.py"))}
    return {
        module: {t for t in _targets(path, module, set(files)) if t != module}
        for module, path in files.items()
    }


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _targets(path: Path, module: str, modules: set[str]) -> Iterator[str]:
    top = module.partition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = module.split(".")[: -node.level]
                base = ".".join([*above, *([base] if base else [])])
            names = [
                f"{base}.{alias.name}" if f"{base}.{alias.name}" in modules else base
                for alias in node.names
                if not (base == top and alias.name == "__version__")
            ]
        else:
            continue
        yield from (name for name in names if name in modules and name != top)


def upward(graph: Mapping[str, set[str]]) -> list[str]:
    """Imports of a higher layer: ``["projector.text.x imports projector.cli.y"]``."""
    return [
        f"{module} imports {target}"
        for module, targets in graph.items()
        for target in sorted(targets)
        if layer_of(part_of(target)) > layer_of(part_of(module))
    ]


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import one another, each sorted; [] if there are none."""
    reach = {module: _reachable(graph, module) for module in graph}
    found = {
        tuple(sorted(other for other in reach[module] if module in reach[other]))
        for module in graph
        if module in reach[module]
    }
    return [list(group) for group in sorted(found)]


def _reachable(graph: Mapping[str, set[str]], module: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph[module])
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            waiting += graph[at]
    return seen


def drawing(graph: Mapping[str, set[str]]) -> str:
    """The layers from the top down: each part, its modules, and the parts that it imports."""
    uses: dict[str, set[str]] = {}
    size: dict[str, int] = {}
    for module, targets in graph.items():
        part = part_of(module)
        size[part] = size.get(part, 0) + 1
        uses.setdefault(part, set()).update(part_of(t) for t in targets)
    lines = []
    for parts in reversed(LAYERS):
        lines.append("-" * 100)
        for part in (p for p in parts if p in size):
            below = sorted(uses[part] - {part}, key=lambda p: (-layer_of(p), p))
            lines.append(f"{part:12} {size[part]:3}  -> {' '.join(below) or '(nothing)'}")
    return "\n".join(lines)


def main() -> int:
    graph = import_graph()
    print(drawing(graph))
    wrong = upward(graph) + [f"circle: {' '.join(group)}" for group in circles(graph)]
    print("-" * 100)
    print("\n".join(wrong) or "no import of a higher layer, no circle")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
