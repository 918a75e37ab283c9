from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from projector.errors import DataError, UsageError
from projector.projection.match.projector import MatchProjector
from projector.projection.token_runs import merge_adjacent
from projector.records import Document, Pair, Span
from tests.projection.pairs import pair, tokens_of


def place(given: Pair, *, fitted: bool = False, **options: Any) -> str | None:
    """What the first span becomes; None if it is dropped. ``fitted``: on this pair, as a run is."""
    projector = MatchProjector(**options)
    if fitted:
        projector.fit([given])
    ((found, *_),) = projector.project([given])
    if found.pieces is None:
        return None
    return " ... ".join(given.target.text[a:b] for a, b in found.pieces)


def test_a_compound_stands_for_all_words_of_the_span() -> None:
    given = pair(
        "the Health and Safety Committee met", "der Arbeitsschutzausschuß tagte",
        [(0, 0, 0.9), (1, 1, 0.4), (3, 1, 0.5), (4, 1, 0.8), (5, 2, 0.9)], [("ORG", 1, 5)],
        langs=("en", "de"),
    )  # fmt: skip
    assert place(given) == "Arbeitsschutzausschuß"


def test_an_inflected_name_is_taken_with_its_ending() -> None:
    given = pair("he lives in Moscow", "он живёт в Москве", "0-0 1-1 2-2 3-3", [("LOC", 3, 4)],
                 langs=("en", "ru"))  # fmt: skip
    assert place(given) == "Москве"


def test_an_article_that_the_span_does_not_have_is_left_out() -> None:
    given = pair(
        "visit Spain now", "visita la España ahora", [(0, 0, 0.9), (1, 2, 0.9), (1, 1, 0.2), (2, 3, 0.9)],
        [("LOC", 1, 2)],
    )  # fmt: skip
    assert place(given) == "España"


def test_a_clause_that_ends_its_sentence_ends_it_in_the_target() -> None:
    source = "We conclude that the new treatment is safe for most patients ."
    target = "Concluimos que el nuevo tratamiento es seguro para la mayoría de pacientes ."
    links = "0-0 1-0 2-1 3-2 4-3 5-4 6-5 7-6 8-7 9-9 10-11"
    whole = pair(source, target, links, [("Claim", 3, 12)])
    assert place(whole, fitted=True) == target[15:]
    assert place(pair(source, target, links, [("Claim", 3, 11)]), fitted=True) == target[15:-2]


def test_a_span_whose_words_are_hardly_linked_is_dropped_not_guessed() -> None:
    given = pair(
        "he left Berlin today", "se fue hoy mismo", [(0, 0, 0.6), (1, 1, 0.9), (2, 3, 0.06), (3, 2, 0.9)],
        [("LOC", 2, 3)],
    )  # fmt: skip
    ((found,),) = MatchProjector().project([given])
    assert found.pieces is None and found.reason == "no_counterpart"


def test_a_name_is_found_by_its_spelling_where_the_links_are_poor() -> None:
    given = pair(
        "yesterday Schulman spoke",
        "ayer habló Schulman",
        [(0, 0, 0.9), (2, 1, 0.9)],
        [("PER", 1, 2)],
    )
    assert place(given) == "Schulman"


def test_two_mentions_do_not_share_a_place() -> None:
    given = pair(
        "Rome and Rome", "Roma y Roma", [(0, 0, 0.6), (0, 2, 0.4), (2, 0, 0.5), (2, 2, 0.45), (1, 1, 1.0)],
        [("LOC", 0, 1), ("LOC", 2, 3)],
    )  # fmt: skip
    (found,) = MatchProjector().project([given])
    assert [f.pieces for f in found] == [[(0, 4)], [(7, 11)]]


def test_long_texts_are_searched_sentence_by_sentence() -> None:
    from projector.records import Segment

    source, target = "Rome slept . Rome woke .", "Roma dormía . Roma despertó ."
    links = [(0, 0, 0.5), (0, 3, 0.5), (3, 0, 0.5), (3, 3, 0.5), (1, 1, 1.0), (4, 4, 1.0)]
    given = pair(source, target, links, [("LOC", 3, 4)])
    segments = [Segment(0, 12, 0, 13), Segment(13, 24, 14, 29)]
    with_segments = Pair(given.id, given.source, given.target, given.alignment, segments)
    ((found,),) = MatchProjector().project([with_segments])
    assert found.pieces == [(14, 18)]


def glued(span: tuple[int, int], target: str, links: str) -> Pair:
    """White-space tokens with punctuation glued to them, on both sides."""
    text = "He saw London-based firms in Berlin."
    source = Document("d", text, "en", tokens_of(text), spans=[Span("s0", *span, "LOC")])
    found = [tuple(map(int, link.split("-"))) for link in links.split()]
    return Pair("d", source, Document("d", target, "de", tokens_of(target)),
                alignment=[(i, j, 1.0) for i, j in found])  # fmt: skip


def test_glued_punctuation_is_cut_where_the_source_span_has_none() -> None:
    given = glued((29, 35), "Er sah Firmen in Berlin.", "0-0 1-1 3-2 4-3 5-4")
    assert given.source.spans[0].surface(given.source.text) == "Berlin"
    assert place(given) == "Berlin"
    assert place(given, unit="word") == "Berlin."


def test_a_part_of_a_hyphenated_word_is_found_in_the_target_word() -> None:
    given = glued((7, 13), "Er sah London-basierte Firmen in Berlin.", "0-0 1-1 2-2 3-3 4-4 5-5")
    assert given.source.spans[0].surface(given.source.text) == "London"
    assert place(given) == "London"


def test_words_are_the_unit_of_word_data() -> None:
    given = pair("big tumors .", "tumores grandes. .", "0-1 1-0 2-2", [("X", 0, 2)])
    assert place(given) == "tumores grandes."


def test_a_span_in_two_places_is_one_stretch_or_pieces_by_option() -> None:
    given = pair(
        "he calls her today", "er ruft sie heute an", "0-0 1-1 1-4 2-2 3-3", [("V", 1, 2)],
        langs=("en", "de"),
    )  # fmt: skip
    assert place(given, split="pieces") in ("ruft ... an", "ruft")
    whole = place(given)
    assert whole is not None and "..." not in whole


def test_pieces_that_meet_are_joined() -> None:
    assert merge_adjacent([(6, 9), (0, 3), (4, 5)], "abc d efg") == [(0, 9)]
    assert merge_adjacent([(0, 3), (6, 9)], "abc d efg") == [(0, 3), (6, 9)]


def test_span_translations_of_the_corpus_are_kept_and_carried() -> None:
    sure = [
        pair("in Rome now", "en Roma ahora", "0-0 1-1 2-2", [("LOC", 1, 2)], name=str(n))
        for n in range(5)
    ]
    first = MatchProjector()
    first.fit(iter(sure))
    assert (
        first.translations.of("en", "es")["rome"]
        and sum(first.translations.of("en", "es")["rome"].values()) == 5
    )
    _, found = first.build_candidates(sure[:1])
    from projector.projection.match.columns import Feature

    rows = {
        (int(a), int(b)): float(x[Feature.TRANSLATION_SHARE])
        for a, b, x in zip(found.first, found.end, found.features, strict=True)
    }
    assert rows[1, 2] == pytest.approx(4 / 6), "four others of five, on one doubt"
    assert all(value == 0 for at, value in rows.items() if at != (1, 2))
    second = MatchProjector()
    second.load_state(first.state())
    assert second.project(sure) == first.project(sure)


def test_weights_of_a_file_are_checked(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no readable file"):
        MatchProjector(str(tmp_path / "none.json"))
    path = tmp_path / "weights.json"
    path.write_text('{"weights": {"recal": 1.0}, "confidence": {}}')
    with pytest.raises(DataError, match="recal"):
        MatchProjector(str(path))
    path.write_text('{"weights": 3}')
    with pytest.raises(DataError, match=r"weights\.json"):
        MatchProjector(str(path))


def test_options_are_checked() -> None:
    with pytest.raises(UsageError, match="unit"):
        MatchProjector(unit="letters")


def test_neighbours_in_a_batch_change_nothing() -> None:
    """One Arabic word in a batch had all its records compared by their consonants only."""
    words = ["Barcelona Basilea Borneo Belén".split(), "Barcelone Basel Borneo Bethlehem".split()]
    plain = [
        Pair(
            f"p{n}",
            Document(f"p{n}", words[1][n], "en", tokens=[(0, len(words[1][n]))],
                     spans=[Span("s", 0, len(words[1][n]), "LOC")]),
            Document(f"p{n}", f"la {words[0][n]}", "es", tokens=[(0, 2), (3, 3 + len(words[0][n]))]),
            alignment=[(0, 1, 0.4)],
        )
        for n in range(4)
    ]  # fmt: skip
    odd = Pair(
        "odd", Document("odd", "Cairo", "en", tokens=[(0, 5)], spans=[Span("s", 0, 5, "LOC")]),
        Document("odd", "القاهرة", "es", tokens=[(0, 7)]), alignment=[(0, 0, 0.4)],
    )  # fmt: skip
    projector = MatchProjector()
    alone = [projector.project([pair])[0] for pair in plain]
    assert projector.project([*plain, odd])[:4] == alone
    assert projector.project([odd, *plain])[1:] == alone


def test_a_part_without_tokens_does_not_shift_the_other_parts() -> None:
    """Of a discontinuous span, the first part touches no token."""
    given = pair("big red Rome", "Roma grande roja", "0-1 1-2 2-0", [("X", 0, 1)])
    source = replace(
        given.source,
        tokens=[(4, 7), (8, 12)],
        spans=[Span("s0", 0, 12, "X", pieces=[(0, 3), (8, 12)])],
    )
    shifted = replace(given, source=source, alignment=[(0, 2, 1.0), (1, 0, 1.0)])
    assert place(shifted) == "Roma"
    inside = replace(source, spans=[Span("s0", 0, 7, "X", pieces=[(0, 3), (4, 7)])])
    assert place(replace(shifted, source=inside)) == "roja"
