"""The layers of the package hold: nothing imports upwards, and nothing imports in a circle."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.import_graph import LAYERS, ROOT, circles, drawing, import_graph, part_of, upward


@pytest.fixture(scope="module")
def graph():
    return import_graph()


def test_every_part_of_the_package_has_its_layer(graph):
    parts = {part_of(module) for module in graph}
    assert parts <= {part for parts in LAYERS for part in parts}
    assert len(graph) == len(list(ROOT.rglob("*.py"))) > 200


def test_no_module_imports_from_a_higher_layer(graph):
    assert upward(graph) == []


def test_no_modules_import_one_another_in_a_circle(graph):
    assert circles(graph) == []


def test_every_layer_is_drawn(graph):
    text = drawing(graph)
    assert all(f"\n{part_of(module):12} " in text for module in graph)


def test_an_upward_import_and_a_circle_are_found_wherever_they_stand(tmp_path: Path):
    for name, text in {
        "projector/__init__.py": "__version__ = '1'\n",
        "projector/records.py": "from projector import __version__\nimport projector.text.a\n",
        "projector/text/__init__.py": "",
        "projector/text/a.py": "from projector.text import b\n",
        "projector/text/b.py": "def f():\n    from .a import x\n",
        "projector/text/c.py": "from projector.text.a import x\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    graph = import_graph(tmp_path / "projector")
    assert upward(graph) == ["projector.records imports projector.text.a"]
    assert circles(graph) == [["projector.text.a", "projector.text.b"]]
