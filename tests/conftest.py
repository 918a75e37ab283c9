"""What several tests share: skipping, with its reason, what this machine cannot run."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure: examples are counted, not timed.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

NEEDS = {"neural": ("torch", "transformers"), "ray": ("ray",)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mode = Path("/usr/share/apertium/modes/eng-spa.mode")
    apertium = shutil.which("apertium") is not None and mode.exists()
    absent = {
        marker: [m for m in modules if importlib.util.find_spec(m) is None]
        for marker, modules in NEEDS.items()
    }
    for item in items:
        if "apertium" in item.keywords and not apertium:
            item.add_marker(pytest.mark.skip(reason="Apertium's eng-spa is not installed"))
        for marker, missing in absent.items():
            if marker in item.keywords and missing:
                reason = f"not installed: {', '.join(missing)}"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def samples() -> Path:
    """The folder of this project's own sample data."""
    return Path(__file__).parent.parent / "samples"


@pytest.fixture(autouse=True)
def _as_loud_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that a test runs with ``--quiet`` does not silence the tests after it."""
    from projector.cli import messages

    monkeypatch.setattr(messages, "quiet", messages.quiet)
