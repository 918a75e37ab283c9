"""The card says what was counted, loudly where a licence forbids, and holds whatever labels hold."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from projector.publishing.card import (
    Described,
    card,
    escaped,
    gold_scores,
    licence_conflict,
    size_category,
)
from projector.publishing.facts import gather_facts
from tests.publishing.conftest import NLLB, pair

SCORES = {
    "records": {"matched": 6},
    "spans": {
        "strict": {"precision": 0.9, "recall": 0.8, "f1": 0.847, "gold": 12},
        "labels": {"PER": {"strict": {"precision": 1, "recall": 1, "f1": 1, "gold": 6}}},
    },
}


def front(text: str) -> dict:
    match = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    assert match is not None
    return yaml.safe_load(match[1])


def test_the_front_matter_is_what_the_hub_reads(silver):
    facts = gather_facts({"train": silver(), "test": silver("b.jsonl")})
    text = card(facts, Described("News: pt", "cc-by-4.0", ["conll2003"]), data_files={"train": "a"})
    assert front(text) == {
        "pretty_name": "News: pt",
        "language": ["pt"],
        "license": "cc-by-4.0",
        "task_categories": ["token-classification"],
        "size_categories": ["n<1K"],
        "multilinguality": ["monolingual"],
        "annotations_creators": ["machine-generated"],
        "source_datasets": ["conll2003"],
        "tags": ["silver", "annotation-projection", "xproject"],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": "a"}]}],
    }


def test_the_counts_stand_in_the_card(silver):
    text = card(gather_facts({"train": silver()}), Described("x"), SCORES)
    for line in (
        "# x",
        "Silver data: annotations of English text were carried over to Portuguese",
        "Nobody has reviewed it.",
        "| train | 6 | 0 |",
        "| PER | 6 | 6 | 100.0% |",
        "| LOC | 4 | 6 | 66.7% |",
        "| project | match | - | 1 | min\\_score=0.5 |",
        "| translate | firefox | en-pt | MPL-2.0 | allowed |",
        "- 10 of 12 spans of the source were carried over (83.3%).",
        "- mean score of a span: 0.850.",
        "- 60.0% of the spans score 0.9 or more.",
        "| spans | 90.0% | 80.0% | 84.7% | 12 |",
        "| spans: PER | 100.0% | 100.0% | 100.0% | 6 |",
        "2 spans of the source are missing (no\\_links 2)",
        "2 records were set aside on the way (too\\_long 2).",
    ):
        assert line in text
    assert "commercial use.**" not in text


def test_a_model_that_forbids_commercial_use_is_said_at_the_top(silver):
    facts = gather_facts({"train": silver(step=NLLB)})
    text = card(facts, Described("x"))
    head = text.partition("## Size")[0]
    assert "**Not for commercial use.**" in head
    assert "facebook/nllb-200-distilled-600M (translate): **CC-BY-NC-4.0**." in head
    assert "non-commercial" in front(text)["tags"]
    assert "| CC-BY-NC-4.0 | FORBIDDEN |" in text


def test_a_licence_that_allows_what_a_models_forbids_is_a_conflict(silver):
    facts = gather_facts({"train": silver(step=NLLB)})
    assert "nllb" in licence_conflict(facts, "cc-by-4.0")
    assert licence_conflict(facts, "cc-by-nc-4.0") == licence_conflict(facts, "") == ""
    assert licence_conflict(gather_facts({"train": silver("b.jsonl")}), "mit") == ""


@pytest.mark.parametrize(
    ("records", "category"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (2_000_000, "1M<n<10M"), (10**13, "n>1T")],
)
def test_sizes_have_the_hubs_categories(records, category):
    assert size_category(records) == category


@given(st.text(max_size=30))
def test_a_label_cannot_leave_its_cell(label):
    line = escaped(label)
    assert not re.search(r"(?<!\\)[|<`*\[]", line.replace("\\\\", ""))
    assert not re.search(r"[\n\r\x1b\u202e\u2028]", line)


def test_hostile_labels_and_titles_stay_text(silver):
    label = "X|<script>alert(1)</script>\n# y"
    facts = gather_facts({"train": silver(records=[pair(n, label=label) for n in range(3)])})
    text = card(facts, Described('a: "b"\n---\nlicense: mit', description="<img src=x>\n# z"))
    assert front(text)["pretty_name"] == 'a: "b" --- license: mit'
    assert "license" not in front(text)
    body = text.partition("\n---\n")[2]
    assert "<script" not in body.replace("\\<", "") and "<img" not in body.replace("\\<", "")
    assert not re.search(r"^# [yz]", body, re.MULTILINE)
    row = next(line for line in body.splitlines() if "script" in line and "spans" not in line)
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


def test_scores_that_are_none_are_left_out():
    assert list(gold_scores({"records": {"matched": 3}, "links": {"aer": 0.1}, "x": 3})) == []
    assert [row.what for row in gold_scores(SCORES)] == ["spans", "spans: PER"]
