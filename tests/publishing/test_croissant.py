"""Croissant metadata passes the validator of its own library, which then reads the records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.errors import UsageError
from projector.publishing.card import Described
from projector.publishing.croissant import croissant_of_records
from projector.publishing.facts import gather_facts

mlcroissant = pytest.importorskip("mlcroissant", reason="needs the extra 'publish'")


def test_the_description_is_valid_and_reads_the_records(silver, tmp_path: Path):
    facts = gather_facts({"train": silver(), "test": silver("b.jsonl")})
    data = croissant_of_records(facts, Described("news", "CC-BY-4.0", description="News."))
    (tmp_path / "croissant.json").write_bytes(data)
    dataset = mlcroissant.Dataset(jsonld=str(tmp_path / "croissant.json"))
    assert not dataset.metadata.issues.errors
    rows = list(dataset.records("test"))
    assert [row["test/id"] for row in rows] == [f"r{n}".encode() for n in range(6)]
    assert {row["test/text"] for row in rows} == {b"Ana viu Roma."}
    plain = json.loads(data)
    assert plain["license"] == "https://spdx.org/licenses/CC-BY-4.0"
    assert plain["inLanguage"] in ("pt", ["pt"])


def test_a_changed_file_no_longer_fits_its_description(silver, tmp_path: Path):
    path = Path(silver())
    data = croissant_of_records(gather_facts({"train": str(path)}), Described("news"))
    (tmp_path / "croissant.json").write_bytes(data)
    path.write_bytes(path.read_bytes() + path.read_bytes())
    dataset = mlcroissant.Dataset(jsonld=str(tmp_path / "croissant.json"))
    with pytest.raises(Exception, match="Download"):
        list(dataset.records("train"))


def test_what_has_no_columns_is_refused(silver):
    path = silver("a.jsonl.gz")
    with pytest.raises(UsageError, match=r"wanted a plain \.jsonl file"):
        croissant_of_records(gather_facts({"train": path}), Described("news"))
