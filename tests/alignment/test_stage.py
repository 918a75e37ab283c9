"""The align stage: sentence pairs out of documents, engines, ensembles, languages apart."""

from __future__ import annotations

import msgspec
import pytest

from projector.alignment.stage import AlignOptions, AlignStage
from projector.alignment.symmetrise import decode
from projector.errors import DataError, UsageError
from projector.pipeline.in_memory import apply
from projector.records import Document, Pair, Segment

WORDS = {"dog": "perro", "house": "casa", "book": "libro", "sun": "sol", "night": "noche"}


def pair(name: str, source: str, target: str, lang: str = "es", **fields: object) -> Pair:
    return Pair(name, Document(name, source, "en"), Document(name, target, lang), **fields)


def corpus(lang: str = "es", change: str = "") -> list[Pair]:
    out = []
    for n, (a, b) in enumerate(list(WORDS.items()) * 6):
        c, d = list(WORDS.items())[(n * 3 + 1) % 5]
        out.append(pair(f"{lang}{n}", f"{a} {c}", f"{b}{change} {d}{change}", lang))
    return out


def surfaces(record: Pair, threshold: float = 0.4) -> set[tuple[str, str]]:
    links = decode(record.alignment or [], threshold)
    return {(record.source.words()[i], record.target.words()[j]) for i, j in links}


def test_auto_learns_from_the_run_and_gives_tokens() -> None:
    for record in apply([AlignStage(AlignOptions())], corpus()):
        assert surfaces(record) <= set(WORDS.items())
        assert len(surfaces(record)) == len(set(record.source.words()))
        assert record.steps[-1].stage == "align"


def test_auto_keeps_the_translators_links_and_hmm_does_not() -> None:
    records = corpus()
    tokens = {"tokens": [(0, 3), (4, 9)]}
    given = pair("x", "dog house", "perro casa")
    given = msgspec.structs.replace(
        given,
        source=msgspec.structs.replace(given.source, **tokens),
        target=msgspec.structs.replace(given.target, tokens=[(0, 5), (6, 10)]),
        alignment=[(0, 1, 0.3)],
    )
    kept = apply([AlignStage(AlignOptions())], [given, *records])[0]
    assert kept is given
    assert surfaces(apply([AlignStage(AlignOptions(engine="hmm"))], [given, *records])[0]) == {
        ("dog", "perro"),
        ("house", "casa"),
    }


def test_segments_keep_links_inside_their_sentences() -> None:
    text = pair(
        "seg",
        "sun night. dog book.",
        "perro libro. sol noche.",
        segments=[Segment(0, 10, 13, 23), Segment(11, 20, 0, 12)],
    )
    found = apply([AlignStage(AlignOptions(engine="hmm"))], [*corpus(), text])[-1]
    assert {(a.strip("."), b.strip(".")) for a, b in surfaces(found)} - {("", "")} == {
        ("sun", "sol"), ("night", "noche"), ("dog", "perro"), ("book", "libro"),
    }  # fmt: skip
    inside = {
        (a < 11, b >= 13)
        for i, j, _ in found.alignment or []
        for a, b in [(found.source.tokens[i][0], found.target.tokens[j][0])]
    }
    assert inside <= {(True, True), (False, False)}


def test_long_texts_are_paired_sentence_by_sentence() -> None:
    sentence, translated = "The dog saw the house on that night.", "El perro vio la casa esa noche."
    texts = " ".join([sentence] * 5), " ".join([translated] * 5)
    found = apply([AlignStage(AlignOptions())], [*corpus(), pair("long", *texts)])[-1]
    for i, j, _ in found.alignment or []:
        a, b = found.source.tokens[i][0], found.target.tokens[j][0]
        assert a // (len(sentence) + 1) == b // (len(translated) + 1)


def test_languages_in_one_input_are_learnt_apart() -> None:
    spanish, other = corpus(), corpus("it", "o")
    mixed = [record for two in zip(spanish, other, strict=True) for record in two]
    alone = apply([AlignStage(AlignOptions())], spanish)
    assert apply([AlignStage(AlignOptions())], mixed)[::2] == alone


def test_batches_do_not_matter() -> None:
    records = corpus()
    stage = AlignStage(AlignOptions())
    stage.fit(iter(records))
    whole = stage.process(records)
    assert whole == [outcome for record in records for outcome in stage.process([record])]


def test_empty_texts_get_no_links() -> None:
    found = apply(
        [AlignStage(AlignOptions())], [*corpus(), pair("e", "", ""), pair("h", "dog", "")]
    )
    assert found[-1].alignment == found[-2].alignment == []


def test_an_ensemble_averages_and_weights_count() -> None:
    records = corpus()
    one = apply([AlignStage(AlignOptions(engine="hmm", options={"views": ["form"]}))], records)
    joined = AlignOptions(engine="hmm+hmm", options={"hmm": {"views": ["form"]}, "weights": [1, 3]})
    both = apply([AlignStage(joined)], records)
    assert [p.alignment for p in both] == [
        [(i, j, pytest.approx(p)) for i, j, p in r.alignment or []] for r in one
    ]
    assert both[0].steps[-1].engine == "hmm+hmm"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (AlignOptions(engine="hmmm"), "did you mean 'hmm'"),
        (AlignOptions(engine="hmm", options={"min_probability": 2}), "min_probability"),
        (AlignOptions(engine="hmm", links="x"), "takes no --links"),
        (AlignOptions(engine="hmm+hmm", options={"weights": [1]}), "weights"),
        (AlignOptions(engine="hmm+hmm", options={"beam": 1}), "'beam'"),
    ],
)
def test_mistakes_are_named(options: AlignOptions, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        AlignStage(options)


def test_a_document_is_refused() -> None:
    with pytest.raises(DataError, match="wanted a pair"):
        AlignStage(AlignOptions()).process([Document("d", "x")])
