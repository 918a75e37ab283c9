"""spaCy: tokens and sentences from a blank pipeline, entities and tags from a saved one."""

from __future__ import annotations

from pathlib import Path

import pytest

from projector.errors import EngineError, UsageError
from projector.records import Document

spacy = pytest.importorskip("spacy")

from projector.annotation.spacy import SpacyAnnotator  # noqa: E402

TEXT = "Obama met  Merkel in Berlin.\nShe   was late, Dr. Smith said."


def words(text: str, offsets: list[tuple[int, int]]) -> list[str]:
    return [text[a:b] for a, b in offsets]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An English pipeline with rules for entities, parts of speech and a tiny trained tagger."""
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    tagger = pipeline.add_pipe("morphologizer")
    ruler = pipeline.add_pipe("entity_ruler")
    from spacy.training import Example

    data = [
        ("Obama met Merkel in Berlin .", ["PROPN", "VERB", "PROPN", "ADP", "PROPN", "PUNCT"]),
        ("She met Obama .", ["PRON", "VERB", "PROPN", "PUNCT"]),
        ("Merkel was in New York .", ["PROPN", "AUX", "ADP", "PROPN", "PROPN", "PUNCT"]),
    ]
    examples = [Example.from_dict(pipeline.make_doc(text), {"pos": pos}) for text, pos in data]
    spacy.util.fix_random_seed(1)
    optimiser = pipeline.initialize(lambda: examples)
    for _ in range(15):
        tagger.update(examples, sgd=optimiser)
    # Only now: phrases for the ruler go through the components before it.
    ruler.add_patterns(
        [{"label": "PER", "pattern": "Obama"}, {"label": "PER", "pattern": "Merkel"},
         {"label": "LOC", "pattern": [{"LOWER": "new"}, {"LOWER": "york"}]}, {"label": "LOC", "pattern": "Berlin"}]
    )  # fmt: skip
    path = tmp_path_factory.mktemp("spacy") / "model"
    pipeline.to_disk(path)
    return str(path)


def test_a_blank_pipeline_cuts_tokens_and_sentences_at_their_places() -> None:
    blank = SpacyAnnotator()
    assert blank.layers("en") == {"tokens", "sentences"}
    assert words(TEXT, blank.tokenize(TEXT, "en"))[:6] == [
        "Obama",
        "met",
        "Merkel",
        "in",
        "Berlin",
        ".",
    ]
    assert words(TEXT, blank.split_sentences(TEXT, "en")) == [
        "Obama met  Merkel in Berlin.", "She   was late, Dr. Smith said.",
    ]  # fmt: skip
    assert blank.split_sentences("", "en") == []


def test_codes_of_three_letters_and_regions_find_their_language() -> None:
    blank = SpacyAnnotator()
    assert blank.pipeline("eng") is blank.pipeline("en-GB")
    assert words("¿Qué? Sí.", blank.split_sentences("¿Qué? Sí.", "spa")) == ["¿Qué?", "Sí."]


def test_a_saved_pipeline_gives_entities_and_parts_of_speech(folder: str) -> None:
    annotator = SpacyAnnotator(folder)
    assert annotator.layers("en") == {"tokens", "sentences", "pos", "entities"}
    text = "Obama met Merkel in New York ."
    found, empty = annotator.annotate([Document("a", text, "en"), Document("b", "", "en")], "en")
    assert [(text[e.start : e.end], e.label) for e in found.entities] == [
        ("Obama", "PER"), ("Merkel", "PER"), ("New York", "LOC"),
    ]  # fmt: skip
    assert found.pos == ["PROPN", "VERB", "PROPN", "ADP", "PROPN", "PROPN", "PUNCT"]
    assert empty.tokens == [] and empty.entities == []


def test_tokens_of_the_document_are_kept_whatever_space_is_between_them(folder: str) -> None:
    text = "New   York\t(Berlin)"
    tokens = [(0, 3), (6, 10), (11, 19)]
    found = SpacyAnnotator(folder).annotate([Document("a", text, "en", tokens=tokens)], "en")[0]
    assert found.tokens == tokens and len(found.pos) == 3
    assert [(text[e.start : e.end], e.label) for e in found.entities] == [("New   York", "LOC")]


def test_what_is_missing_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"no model 'xx_no_such'.*spacy download xx_no_such"):
        SpacyAnnotator("xx_no_such").layers("en")
    with pytest.raises(EngineError, match="qqq"):
        SpacyAnnotator().layers("qqq")
    with pytest.raises(EngineError):
        SpacyAnnotator(str(tmp_path)).layers("en")
    with pytest.raises(UsageError, match=r"no option 'batchsize'.*'batch_size'"):
        SpacyAnnotator("", batchsize=3)
