from __future__ import annotations

import itertools
import random
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from projector.errors import UsageError
from projector.projection.stage import ProjectOptions, ProjectStage
from projector.records import Document, Pair, Question, Relation, Span
from projector.stage import Rejected
from tests.projection.pairs import pair, spans_of, surfaces, tokens_of

MET = ("Obama met Merkel in Berlin .", "En Berlín Obama conoció a Merkel .")
MET_LINKS = [
    (0, 2, 0.9),
    (1, 3, 0.8),
    (2, 5, 0.9),
    (2, 4, 0.3),
    (3, 0, 0.8),
    (4, 1, 0.9),
    (5, 6, 1.0),
]
MET_SPANS = [("PER", 0, 1), ("PER", 2, 3), ("LOC", 4, 5)]


def project(given: Pair, **options: Any) -> Pair:
    (done,) = ProjectStage(ProjectOptions(**options)).process([given])
    assert isinstance(done, Pair), done
    return done


def test_spans_land_on_their_words_with_id_label_text_and_score() -> None:
    done = project(pair(*MET, MET_LINKS, MET_SPANS))
    assert surfaces(done) == {"s0": "Obama", "s1": "Merkel", "s2": "Berlín"}
    for span in done.target.spans:
        assert span.text == done.target.text[span.start : span.end]
        assert span.score is not None and 0 < span.score <= 1
    assert [span.label for span in done.target.spans] == ["PER", "PER", "LOC"]
    assert done.dropped == []
    assert done.steps[-1].stage == "project" and done.steps[-1].engine == "match"


def test_attributes_travel() -> None:
    given = pair(*MET, MET_LINKS, MET_SPANS)
    marked = [replace(s, attributes={"gender": "m"}) for s in given.source.spans]
    done = project(replace(given, source=replace(given.source, spans=marked)))
    assert [s.attributes for s in done.target.spans] == [{"gender": "m"}] * 3


def test_nested_spans_stay_nested() -> None:
    given = pair(
        "the University of Berlin opened", "abrió la Universidad de Berlín",
        "0-1 1-2 2-3 3-4 4-0", [("ORG", 1, 4), ("LOC", 3, 4)],
    )  # fmt: skip
    assert surfaces(project(given)) == {"s0": "Universidad de Berlín", "s1": "Berlín"}


def test_overlapping_spans_may_overlap() -> None:
    given = pair("a1 b1 c1", "a1 b1 c1", "0-0 1-1 2-2", [("X", 0, 2), ("Y", 1, 3)])
    assert surfaces(project(given)) == {"s0": "a1 b1", "s1": "b1 c1"}


def test_spans_over_the_same_words_get_the_same_place() -> None:
    given = pair(*MET, MET_LINKS, [("PER", 0, 1), ("PERSON", 0, 1)])
    assert surfaces(project(given)) == {"s0": "Obama", "s1": "Obama"}


def test_discontinuous_span_has_pieces_in_target_order() -> None:
    source = "left and right lungs hurt"
    tokens = tokens_of(source)
    span = Span("s0", 0, tokens[3][1], "ANAT", pieces=[tokens[0], tokens[3]])
    given = pair(source, "duelen pulmones izquierdo y derecho", "0-2 1-3 2-4 3-1 4-0", spans=[span])
    (found,) = project(given).target.spans
    assert found.text == "pulmones izquierdo"
    assert found.pieces is None, "pieces that meet in the target are one stretch"
    given = pair(source, "izquierdo y derecho pulmones duelen", "0-0 1-1 2-2 3-3 4-4", spans=[span])
    (found,) = project(given).target.spans
    assert found.pieces == [(0, 9), (20, 28)]
    assert (found.start, found.end) == (0, 28)


def test_parts_that_become_one_word_become_one_stretch() -> None:
    source = "he picked it up"
    tokens = tokens_of(source)
    span = Span("s0", *tokens[1], "V")
    verb = replace(span, end=tokens[3][1], pieces=[tokens[1], tokens[3]])
    (found,) = project(pair(source, "lo recogió", "0-1 1-1 2-0 3-1", spans=[verb])).target.spans
    assert found.text == "recogió"


def test_span_without_links_is_dropped_and_takes_along_what_hangs_on_it() -> None:
    source = Document(
        "d", MET[0], "en", tokens_of(MET[0]),
        spans=spans_of(MET[0], MET_SPANS),
        relations=[Relation("met", "s0", "s1", id="e1"), Relation("in", "s0", "s2", id="e1")],
        clusters=[["s0", "s1"], ["s2"], ["s0", "s1", "s2"]],
        questions=[
            Question("q0", "Who?", "en", ["s1"]),
            Question("q1", "Why?", "en", [], is_impossible=True),
            Question("q2", "Where or who?", "en", ["s1", "s2"]),
        ],
    )  # fmt: skip
    links = [link for link in MET_LINKS if link[0] != 2]
    given = Pair("d", source, Document("d", "En Berlín Obama conoció .", "es", tokens_of("En Berlín Obama conoció .")),
                 alignment=[(i, min(j, 4), p) for i, j, p in links])  # fmt: skip
    done = project(given)
    assert surfaces(done) == {"s0": "Obama", "s2": "Berlín"}
    assert [(r.label, r.id) for r in done.target.relations] == [("in", "e1")]
    assert done.target.clusters == [["s2"], ["s0", "s2"]]
    assert {q.id: q.answers for q in done.target.questions} == {"q1": [], "q2": ["s2"]}
    assert done.target.questions[0].is_impossible is True
    reasons = {(d.span, d.relation, d.cluster, d.question): d.reason for d in done.dropped}
    assert reasons == {
        ("s1", None, None, None): "no_links",
        (None, 0, None, None): "span_dropped",
        (None, None, 0, None): "span_dropped",
        (None, None, None, "q0"): "span_dropped",
    }


def test_translated_questions_keep_their_text_and_get_the_answers() -> None:
    given = pair(*MET, MET_LINKS, MET_SPANS, questions=[Question("q0", "Who?", "en", ["s0"])])
    target = replace(given.target, questions=[Question("q0", "¿Quién?", "es")])
    done = project(replace(given, target=target))
    assert done.target.questions == [Question("q0", "¿Quién?", "es", ["s0"])]


def test_untranslated_questions_say_their_language() -> None:
    given = pair(*MET, MET_LINKS, MET_SPANS, questions=[Question("q0", "Who?", "", ["s0"])])
    assert project(given).target.questions == [Question("q0", "Who?", "en", ["s0"])]


def test_labels_are_carried() -> None:
    given = pair(*MET, MET_LINKS, MET_SPANS, labels={"topic": "politics", "toxic": False})
    assert project(given).target.labels == {"topic": "politics", "toxic": False}


def test_min_score_drops_with_the_score() -> None:
    done = project(pair(*MET, MET_LINKS, MET_SPANS), min_score=1.0)
    assert done.target.spans == []
    assert {d.reason for d in done.dropped} == {"low_score"}
    assert all(d.score is not None and d.score < 1 for d in done.dropped)


def test_tokens_are_made_where_there_are_none() -> None:
    source = Document("d", "Obama left.", "en", spans=[Span("s0", 0, 5, "PER")])
    target = Document("d", "Obama se fue.", "es")
    done = project(Pair("d", source, target, alignment=[]))
    assert done.source.tokens and done.target.tokens
    assert done.target.spans == [] or surfaces(done) == {"s0": "Obama"}


def test_what_is_no_aligned_pair_is_rejected_with_a_reason() -> None:
    document = Document("d", "Obama left.", "en")
    bare = Pair("p", document, Document("p", "Obama se fue.", "es"))
    empty = Pair("e", document, Document("e", "", "es"), alignment=[])
    found = ProjectStage(ProjectOptions()).process([document, bare, empty])
    assert [o.reason for o in found if isinstance(o, Rejected)] == [
        "not_a_pair", "no_alignment", "empty_translation",
    ]  # fmt: skip


def test_result_does_not_depend_on_batching_or_order() -> None:
    rng = random.Random(3)
    given = [_random_pair(rng, n) for n in range(60)]
    stage = ProjectStage(ProjectOptions())
    stage.fit(iter(given))
    together = stage.process(given)
    apart = list(itertools.chain.from_iterable(stage.process([p]) for p in given))
    assert together == apart
    assert stage.process(given[::-1]) == together[::-1]


def test_every_span_is_projected_or_dropped() -> None:
    rng = random.Random(4)
    for n in range(60):
        given = _random_pair(rng, n)
        done = project(given)
        placed = {span.id for span in done.target.spans}
        lost = {d.span for d in done.dropped if d.span}
        assert placed | lost == {span.id for span in given.source.spans}
        assert not placed & lost


def test_state_carries_what_was_learnt() -> None:
    rng = random.Random(5)
    given = [_random_pair(rng, n) for n in range(40)]
    tagged = [
        replace(p, source=replace(p.source, tags={"upos": ["NOUN"] * len(p.source.tokens or [])}))
        for p in given
    ]
    first, second = ProjectStage(ProjectOptions()), ProjectStage(ProjectOptions())
    first.fit(iter(tagged))
    second.load_state(first.state())
    assert msgspec.json.encode(first.process(tagged)) == msgspec.json.encode(second.process(tagged))


def test_unknown_method_and_option_are_usage_errors() -> None:
    with pytest.raises(UsageError, match="match"):
        ProjectStage(ProjectOptions(method="mach"))
    with pytest.raises(UsageError, match="unit"):
        ProjectStage(ProjectOptions(options={"unitt": "word"}))


def _random_pair(rng: random.Random, n: int) -> Pair:
    words = [
        rng.choice("alpha beta gamma delta the of , Rome".split()) for _ in range(rng.randint(1, 9))
    ]
    order = list(range(len(words)))
    rng.shuffle(order)
    target = [words[i] for i in order]
    links = [(i, j, rng.random()) for j, i in enumerate(order) if rng.random() < 0.8]
    places = []
    for _ in range(rng.randint(0, 4)):
        a = rng.randrange(len(words))
        places.append(("X", a, rng.randint(a + 1, len(words))))
    return pair(" ".join(words), " ".join(target), sorted(links), places, name=str(n))
