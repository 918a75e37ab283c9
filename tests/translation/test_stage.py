"""The stage around an engine: splitting, joining, fields, questions, constraints, rejections.

The engine here is a real one, `bitext`, or a small one of the test's own that gives links.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import UsageError
from projector.records import Document, Pair, Question, Span
from projector.stage import Rejected
from projector.translation import stage as stage_module
from projector.translation.base import Constraint, TextLink, Translation
from projector.translation.stage import TranslateOptions, TranslateStage, token_links


class Backwards:
    """Writes each word backwards, the words in opposite order, and says so in its links."""

    name, version, gives_links = "backwards", "1", True

    def __init__(self, model: str = "", **options: Any) -> None:
        self.model = model
        self.asked: list[str] = []

    def check(self, source: str, target: str) -> None:
        if target == "xx":
            raise UsageError("no xx")

    def translate(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[Translation]:
        self.asked += sentences
        rows = constraints if constraints is not None else [()] * len(sentences)
        return [self._one(s, row) for s, row in zip(sentences, rows, strict=True)]

    def _one(self, sentence: str, row: Sequence[Constraint]) -> Translation:
        if "POISON" in sentence:
            return Translation("", error="it died")
        if "SILENCE" in sentence:
            return Translation("")
        words: list[tuple[int, str]] = []
        at = 0
        for word in sentence.split():
            start = sentence.index(word, at)
            at = start + len(word)
            words.append((start, word))
        links: list[TextLink] = []
        out = ""
        for start, word in reversed(words):
            new = next((c.wanted[0] for c in row if c.start == start), word[::-1])
            out += " " if out else ""
            links.append(((start, start + len(word)), (len(out), len(out) + len(new)), 0.9))
            out += new
        return Translation(
            out, links=links, constraints_met=[any(w in out for w in c.wanted) for c in row]
        )

    def close(self) -> None:
        pass


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(stage_module, "engine_class", lambda kind, name: Backwards)

    def build(**options: Any) -> TranslateStage:
        return TranslateStage(TranslateOptions(to="es", engine="backwards", **options))

    return build


def pair_of(outcome: object) -> Pair:
    assert isinstance(outcome, Pair), outcome
    return outcome


def test_white_space_between_sentences_survives(make: Any) -> None:
    text = "  Ab cd.  Ef gh.\n\n\nIj\tkl!\n"
    pair = pair_of(make().process([Document("d", text, "en")])[0])
    assert pair.target.text == "  .dc bA  .hg fE\n\n\n!lk jI\n"
    assert [
        (text[s.source_start : s.source_end], pair.target.text[s.target_start : s.target_end])
        for s in pair.segments or ()
    ] == [("Ab cd.", ".dc bA"), ("Ef gh.", ".hg fE"), ("Ij\tkl!", "!lk jI")]
    assert pair.steps[0].stage == "translate" and pair.steps[0].engine == "backwards"


@given(
    st.lists(
        st.sampled_from(["Ab cd.", "e\u0301f 👩‍👩‍👧 gh!", "Ij? kl.", "\n\n", " ", "  ", "日本。", "🇪🇸x."]),
        min_size=1, max_size=8,
    ).map("".join)
)  # fmt: skip
def test_links_join_a_word_with_its_own_mirror_image(text: str) -> None:
    if not text.strip():
        return
    stage = TranslateStage.__new__(TranslateStage)
    original = stage_module.engine_class
    stage_module.engine_class = lambda kind, name: Backwards  # type: ignore[assignment]
    try:
        stage.__init__(TranslateOptions(to="es", engine="backwards"))  # type: ignore[misc]
    finally:
        stage_module.engine_class = original
    pair = pair_of(stage.process([Document("d", text, "en")])[0])
    assert pair.alignment is not None and pair.source.tokens and pair.target.tokens
    spaces = [c for c in text if c.isspace()]
    assert [c for c in pair.target.text if c.isspace()].count("\n") == spaces.count("\n")
    for i, j, p in pair.alignment:
        (a, b), (c, d) = pair.source.tokens[i], pair.target.tokens[j]
        assert set(pair.source.text[a:b]) & set(pair.target.text[c:d]) or p == 0.9
    linked = {i for i, _, _ in pair.alignment}
    assert linked == set(range(len(pair.source.tokens)))


def test_equal_sentences_reach_the_engine_once(make: Any) -> None:
    stage = make()
    stage.process([Document(str(n), "Same here. And here.", "en") for n in range(3)])
    assert stage.translator.asked == ["Same here.", "And here."]


def test_the_result_does_not_depend_on_the_batch(make: Any) -> None:
    records = [
        Document(str(n), t, "en") for n, t in enumerate(["A b. C d.", "C d.", "POISON", "E"])
    ]
    together = make().process(records)
    assert together == [make().process([record])[0] for record in records]


def test_labels_meta_fields_and_questions(make: Any) -> None:
    doc = Document(
        "d", "Ab cd.", "en",
        spans=[Span("s", 0, 2, "X")],
        labels={"topic": "t", "head": ["One two", "three"]},
        meta={"title": "Big news", "deep": {"er": "x y"}, "n": 1},
        questions=[
            Question("q", "Who ran?", answers=["s"], is_impossible=False, meta={"k": 1}),
            Question("r", "¿Ya?", lang="es"),
        ],
    )  # fmt: skip
    stage = make(fields=["meta.title", "meta.deep.er", "labels.head", "meta.absent"])
    pair = pair_of(stage.process([doc])[0])
    assert pair.source.spans == doc.spans and pair.source.meta == doc.meta
    target = pair.target
    assert target.labels == {"topic": "t", "head": ["owt enO", "eerht"]}
    assert target.meta == {"title": "swen giB", "deep": {"er": "y x"}, "n": 1}
    assert target.lang == "es" and target.spans == []
    assert target.questions == [
        Question("q", "?nar ohW", lang="es", is_impossible=False, meta={"k": 1}),
        Question("r", "¿Ya?", lang="es"),
    ]


def test_constraints_reach_text_and_questions(make: Any) -> None:
    doc = Document(
        "d", "See the cat now. Gone.", "en",
        meta={"c": [{"start": 8, "end": 11, "wanted": ["gato"]}, {"phrase": "Gone.", "wanted": "Ido"},
                    {"phrase": "absent", "wanted": "no"}]},
        questions=[Question("q", "Gone. cat?", meta={"c": {"cat": "felino"}})],
    )  # fmt: skip
    pair = pair_of(make(constraints="meta.c").process([doc])[0])
    assert pair.target.text == ".won gato eht eeS Ido"
    assert pair.meta["constraints_met"] == [True, True, False]
    assert pair.target.questions[0].text == "felino Ido"
    assert pair.target.questions[0].meta["constraints_met"] == [True, True, False]


@pytest.mark.parametrize(
    ("doc", "reason"),
    [
        (Document("d", "POISON here. Fine.", "en"), "engine_error"),
        (Document("d", "SILENCE", "en"), "empty_translation"),
        (Document("d", " \n", "en"), "empty_text"),
        (Document("d", "Fine", ""), "no_language"),
        (Document("d", "Fine", "en", meta={"title": 3}), "bad_field"),
        (Document("d", "Fine", "en", meta={"c": "x"}), "bad_field"),
        (Pair("d", Document("d", "a", "en"), Document("d", "b", "es")), "already_translated"),
    ],
)
def test_what_cannot_be_translated_is_rejected_alone(make: Any, doc: Any, reason: str) -> None:
    stage = make(fields=["meta.title"], constraints="meta.c")
    good = Document("g", "Ab", "en")
    outcomes = stage.process([good, doc, good])
    assert isinstance(outcomes[1], Rejected) and outcomes[1].reason == reason
    assert pair_of(outcomes[0]).target.text == pair_of(outcomes[2]).target.text == "bA"


def test_a_record_in_another_language_than_from_is_rejected(make: Any) -> None:
    stage = make(source="en")
    outcomes = stage.process(
        [Document("a", "x", "de"), Document("b", "x", ""), Document("c", "x", "eng")]
    )
    assert isinstance(outcomes[0], Rejected) and outcomes[0].reason == "wrong_language"
    assert pair_of(outcomes[1]).source.lang == "en"
    assert pair_of(outcomes[2]).source.lang == "eng"


def test_a_pair_without_target_text_is_translated(make: Any) -> None:
    pair = Pair("p", Document("s", "Ab", "en"), Document("t", "", "es"), meta={"m": 1})
    done = pair_of(make().process([pair])[0])
    assert (done.id, done.target.text, done.meta["m"]) == ("p", "bA", 1)
    assert 0 < done.meta["translation_quality"] <= 1


def test_a_paragraph_of_the_bitext_is_not_split(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("One. Two.\tUno y dos.\nThree.\tTres.\n", encoding="utf-8")
    stage = TranslateStage(TranslateOptions(to="es", engine="bitext", model=str(path)))
    docs = [
        Document("a", "One. Two.", "en"),
        Document("b", "Three. Three.", "en"),
        Document("c", "Four.", "en"),
    ]
    first, second, third = stage.process(docs)
    assert pair_of(first).target.text == "Uno y dos." and pair_of(first).alignment is None
    assert pair_of(second).target.text == "Tres. Tres."
    assert isinstance(third, Rejected) and third.reason == "engine_error"


@pytest.mark.parametrize(
    "options",
    [{"to": " "}, {"to": "es", "fields": ["title["]}, {"to": "es", "constraints": "meta."}],
)
def test_options_that_make_no_sense(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        TranslateStage(TranslateOptions(**options))


def test_token_links_follow_overlap_and_keep_the_likeliest() -> None:
    source, target = [(0, 3), (4, 7), (8, 9)], [(0, 2), (2, 6)]
    links = [((0, 7), (0, 2), 0.5), ((2, 3), (1, 3), 0.8), ((7, 8), (0, 6), 0.9)]
    assert token_links(links, source, target) == [(0, 0, 0.8), (0, 1, 0.8), (1, 0, 0.5)]


@pytest.mark.apertium
def test_names_of_the_records_own_spans_are_kept() -> None:
    terms = {"Grey": "Gris"}
    doc = Document(
        "d", "Lady Grey met  New\nHope. Grey smiled.", "en",
        spans=[Span("a", 0, 9, "PER"), Span("b", 15, 23, "ORG"), Span("c", 25, 29, "PER"),
               Span("d", 5, 9, "PER"), Span("e", 10, 13, "VERB")],
        questions=[Question("q", "Whom did Lady  Grey meet? New Hopes?")],
        meta={"terms": {}},
    )  # fmt: skip
    stage = TranslateStage(TranslateOptions(to="es", engine="apertium", keep=["PER", "ORG"]))
    (pair,) = stage.process([doc])
    assert isinstance(pair, Pair)
    assert "Lady Grey" in pair.target.text and "New Hope" in pair.target.text
    assert "Lady Grey" in pair.target.questions[0].text
    assert "constraints_met" not in pair.meta
    own = TranslateStage(
        TranslateOptions(to="es", engine="apertium", keep=["PER"], constraints="meta.terms")
    )
    (pair,) = own.process([msgspec.structs.replace(doc, meta={"terms": terms})])
    assert isinstance(pair, Pair) and "Gris" in pair.target.text
    assert pair.meta["constraints_met"] == [True]  # what is asked for goes before what is kept
    own.close()
    stage.close()


def test_a_translation_that_changes_a_name_is_rejected(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc = Document("d", "Grace smiled.", "en", spans=[Span("s", 0, 5, "PER")])
    assert pair_of(make(keep=["PER"]).process([doc])[0]).target.text == ".delims Grace"
    original = Backwards._one
    monkeypatch.setattr(Backwards, "_one", lambda self, text, row: original(self, text, ()))
    (found,) = make(keep=["PER"]).process([doc])
    assert isinstance(found, Rejected) and found.reason == "name_changed"
    assert pair_of(make(keep=["ORG"]).process([doc])[0]).target.text == ".delims ecarG"
