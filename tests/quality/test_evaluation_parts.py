"""The measures by themselves: answer texts, alignment error, thresholds, positions."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from projector.errors import DataError, UsageError
from projector.quality.alignment_error import LinkScores
from projector.quality.answer_text import best, exact_match, normalised, word_f1
from projector.quality.calibration import (
    coverage_at_precision,
    expected_calibration_error,
    tradeoff,
)
from projector.quality.evaluation import Evaluation, evaluate
from projector.quality.positions import Positions, merged, widened
from projector.quality.score_plot import check_plot, plot
from projector.quality.thresholds import f1_interval, score_table
from projector.quality.verdicts import Verdicts
from projector.records import Document, Pair


@pytest.mark.parametrize(
    ("text", "lang", "words"),
    [
        ("The  Cat's, mat!", "en", ["cats", "mat"]),
        ("der Hund", "de", ["hund"]),
        ("der Hund", "en", ["der", "hund"]),
        ("El niño de la casa", "es-MX", ["niño", "de", "casa"]),
        ("308 分", "zh", ["308", "分"]),
        ("三十年", "zh", ["三", "十", "年"]),
        ("الكتاب", "ar", ["كتاب"]),
        ("«¿Qué?»", "es", ["qué"]),
        ("", "en", []),
    ],
)
def test_normalised_answers(text: str, lang: str, words: list[str]) -> None:
    assert normalised(text, lang) == words


def test_answer_measures() -> None:
    assert exact_match("the Cat", "cat.", "en") == 1
    assert word_f1("big cat", "cat", "en") == pytest.approx(2 / 3)
    assert word_f1("a a b", "a b b", "xx") == pytest.approx(2 / 3)
    assert word_f1("the", "a", "en") == 1  # neither has a word that counts
    assert best("x", ["y", "x"], "en") == (1, 1)
    assert best("", [], "en") == (1, 1)
    assert best("x", [], "en") == (0, 0)


def test_alignment_error_rate_by_hand() -> None:
    scores = LinkScores()
    scores.add(
        [(0, 0, 1.0), (1, 1, 0.9), (2, 2, 0.4)],
        [(0, 0, 1.0), (1, 1, 0.5), (3, 3, 1.0)],
    )
    found = scores.result()
    # A = 3, S = 2, A and S = 1, A and P = 2: 1 - (1 + 2) / (3 + 2)
    assert found["aer"] == pytest.approx(0.4)
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["recall"] == 0.5


def test_no_recall_over_thresholds_is_above_one() -> None:
    scores = LinkScores()
    possible = [(i, i, 0.5) for i in range(9)]
    scores.add([(0, 1, 0.3), *((i, i, 0.9) for i in range(9))], [(9, 9, 1.0), *possible])
    found = scores.result()
    rows = score_table(scores.verdicts, found["gold_possible"])["thresholds"]
    assert max(row["recall"] for row in rows) == pytest.approx(0.9)  # 9 of the 10 gold links
    assert all(0 <= row["f1"] <= 1 for row in rows)


def test_links_want_the_same_tokens() -> None:
    one = Pair(
        "p",
        Document("p", "a b", tokens=[(0, 1), (2, 3)]),
        Document("p", "c", tokens=[(0, 1)]),
        [(0, 0, 1.0)],
    )
    other = Pair(
        "p",
        Document("p", "a b", tokens=[(0, 3)]),
        Document("p", "c", tokens=[(0, 1)]),
        [(0, 0, 1.0)],
    )
    assert evaluate([one], [one])["links"]["aer"] == 0
    with pytest.raises(DataError, match="2 source tokens, wanted the gold alignment's 1"):
        evaluate([one], [other])


def verdicts(scores: list[float], right: list[int]) -> Verdicts:
    made = Verdicts()
    for score, hit in zip(scores, right, strict=True):
        made.add(score, bool(hit))
    return made


def test_counted_verdicts_give_what_kept_ones_give() -> None:
    draw = random.Random(5)
    scores = [round(draw.random() ** 0.5, 2) for _ in range(2000)]
    right = [int(draw.random() < score) for score in scores]
    p, y, w = verdicts(scores, right).arrays()
    assert len(p) < 220
    assert expected_calibration_error(p, y, weights=w) == pytest.approx(
        expected_calibration_error(scores, right)
    )
    assert coverage_at_precision(p, y, 0.9, w) == pytest.approx(
        coverage_at_precision(scores, right, 0.9)
    )
    for ours, theirs in zip(tradeoff(p, y, weights=w), tradeoff(scores, right), strict=True):
        assert ours.kept == theirs.kept
        assert ours.precision == pytest.approx(theirs.precision)


def test_score_table() -> None:
    table = score_table(verdicts([0.9, 0.9, 0.3], [1, 1, 0]), gold=4)
    first, last = (
        table["thresholds"][0],
        next(r for r in table["thresholds"] if r["threshold"] == 0.8),
    )
    assert first["precision"] == pytest.approx(2 / 3)
    assert first["f1"] == pytest.approx(4 / 7)
    assert (last["precision"], last["recall"], last["kept"]) == (1, 0.5, 2)
    assert table["calibration_error"] == pytest.approx((2 * 0.1 + 0.3) / 3)


def test_interval_holds_the_figure_and_narrows() -> None:
    few = f1_interval([(1, 2, 2), (2, 2, 2), (0, 1, 1)] * 5)
    many = f1_interval([(1, 2, 2), (2, 2, 2), (0, 1, 1)] * 200)
    assert few[0] < 0.6 < few[1]
    assert many[1] - many[0] < few[1] - few[0]
    assert few == f1_interval([(1, 2, 2), (2, 2, 2), (0, 1, 1)] * 5)
    assert f1_interval([]) == (0, 0)


def test_positions() -> None:
    positions = Positions(" a  bc\n")
    assert positions.letters == "abc"
    assert positions.stretch(0, 7) == (0, 3)
    assert positions.stretch(4, 6) == (1, 3)
    assert merged([(3, 4), (0, 1), (1, 2), (2, 2)]) == ((0, 2), (3, 4))
    assert widened([(1, 2)], [(0, 2), (2, 4)]) == ((0, 2),)


def test_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    table = score_table(verdicts([0.9, 0.5, 0.3], [1, 1, 0]), gold=4)
    for name in ("x.png", "x.svg"):
        check_plot(str(tmp_path / name))
        plot(table, str(tmp_path / name), "spans")
        assert (tmp_path / name).stat().st_size > 1000
    before = (tmp_path / "x.svg").read_bytes()
    plot(table, str(tmp_path / "x.svg"), "spans")
    assert (tmp_path / "x.svg").read_bytes() == before
    for bad in ("x.gif", "no/such/x.png"):
        with pytest.raises(UsageError, match="--plot"):
            check_plot(str(tmp_path / bad))


def test_bootstrap_collects_a_line_a_record() -> None:
    from projector.records import Span

    doc = Document("d", "ab", spans=[Span("s", 0, 1, "X")])
    evaluation = Evaluation(bootstrap=True)
    evaluate([doc], [doc], evaluation)
    assert evaluation.spans.per_record == [(1, 1, 1)]


def test_an_answers_language_may_be_spelled_in_any_way() -> None:
    from projector.quality.answer_text import exact_match

    assert exact_match("la casa", "casa", "spa") == exact_match("la casa", "casa", "es_MX") == 1.0
    assert exact_match("北 京", "北京", "cmn") == exact_match("北 京", "北京", "zh-Hant") == 1.0
