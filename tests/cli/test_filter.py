"""``xproject filter``: a threshold of nothing is a threshold, no threshold at all is a mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.cli.main import main


def test_zero_is_something_to_filter_by(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair = {
        "id": "1",
        "source": {"text": "No", "lang": "en"},
        "target": {"text": "Não", "lang": "pt"},
    }
    (tmp_path / "in.jsonl").write_text(json.dumps(pair) + "\n")
    words = ["filter", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out.jsonl")]
    assert main(words) == 2
    assert "found nothing to filter by" in capsys.readouterr().err
    main([*words, "--keep-empty", "0"])
    known = json.loads((tmp_path / "out.jsonl.run.json").read_text())
    assert known["counts"]["rejected_by_reason"] == {"filter_empty": 1}
