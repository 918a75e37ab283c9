"""A page to judge questions on, and the table that its verdicts give."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.errors import DataError
from projector.qa.score.judging import Verdict, is_judged_file, page, read_verdicts, sample, table
from projector.records import Document, Question, Span


def documents(count: int) -> list[Document]:
    return [
        Document(
            f"d{n}", "Ann & <b>Bob</b> met.", "en", spans=[Span("s", 0, 3, "PER")],
            questions=[
                Question("q", "Who met </script>?", "en", ["s"], score=0.8),
                Question("q-es", "¿Quién?", "es", ["s"]),
            ],
        )
        for n in range(count)
    ]  # fmt: skip


def test_a_sample_is_the_same_for_the_same_seed_and_in_the_contexts_language() -> None:
    one, other = (sample(documents(30), 5, seed=3) for _ in range(2))
    assert one == other and len(one) == 5
    assert {d.lang for d in one} == {"en"}
    assert {d.answer for d in one} == {"Ann"}


def test_the_page_escapes_its_texts() -> None:
    text = page(sample(documents(1), 5, seed=1))
    assert "&lt;b&gt;Bob" in text and "<b>Bob" not in text
    assert text.count("</script>") == 2  # those of the page itself
    rows = text.partition('id="rows">')[2].partition("</script>")[0]
    assert json.loads(rows)[0]["question"] == "q"


def test_verdicts_are_read_back_and_the_others_left_out(tmp_path: Path) -> None:
    path = tmp_path / "judged.json"
    rows = [
        {"record": "d0", "question": "q", "score": 0.9, "verdict": "keep", "reason": ""},
        {"record": "d1", "question": "q", "score": 0.4, "verdict": "drop", "reason": "vague"},
        {"record": "d2", "question": "q", "score": 0.4, "verdict": "", "reason": ""},
    ]
    path.write_text(json.dumps({"judged_questions": rows}))
    assert is_judged_file(str(path))
    assert [v.verdict for v in read_verdicts(str(path))] == ["keep", "drop"]
    path.write_text("{}")
    with pytest.raises(DataError, match="judged"):
        read_verdicts(str(path))


def test_the_table_counts_what_each_level_leaves() -> None:
    verdicts = [Verdict("d", "q", s, v) for s, v in ((0.9, "keep"), (0.9, "keep"), (0.3, "drop"))]
    lines = [line.split() for line in table(verdicts)[1:]]
    assert lines[0][:4] == ["0.00", "3", "2", "0.67"]
    assert lines[1][:4] == ["0.50", "2", "2", "1.00"]
    assert lines[-1][0] == "0.90"
    assert all(float(line[4]) < float(line[3]) for line in lines)
