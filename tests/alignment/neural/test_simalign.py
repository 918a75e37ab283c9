"""The simalign engine: the package's links, in batches, with probabilities, at any length."""

from __future__ import annotations

import logging
import random
import string

import pytest

from projector.alignment.base import TokenPair
from projector.errors import EngineError, UsageError
from tests.encoder_models import aligning_bert, sentence_pairs

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.neural

from projector.alignment.neural.simalign import SimAligner  # noqa: E402

METHODS = ["inter", "itermax", "mwmf", "fwd", "rev"]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def mixed_pairs(count: int) -> list[TokenPair]:
    """Half real sentences of the toy pair, half strings of random words (hard, far from trained)."""
    rng = random.Random(5)
    pairs = [TokenPair(s, t) for s, t, _ in sentence_pairs(count // 2, seed=11)]
    while len(pairs) < count:
        sides = [
            [
                "".join(rng.choices(string.ascii_letters, k=rng.randint(1, 4)))
                for _ in range(rng.randint(1, 8))
            ]
            for _ in range(2)
        ]
        pairs.append(TokenPair(*sides))
    rng.shuffle(pairs)
    return pairs


def plain(links: list) -> list:
    return [(i, j) for i, j, _ in links]


@pytest.mark.parametrize("token_type", ["bpe", "word"])
@pytest.mark.parametrize("distortion", [0.0, 0.4])
def test_links_equal_the_package_on_500_pairs_for_every_method(
    token_type: str, distortion: float
) -> None:
    simalign = pytest.importorskip("simalign")
    logging.getLogger("simalign.simalign").setLevel(logging.ERROR)
    pairs = mixed_pairs(500 if distortion == 0.0 else 60)
    folder = str(aligning_bert())
    package = simalign.SentenceAligner(
        model=folder,
        token_type=token_type,
        distortion=distortion,
        matching_methods="aimfr",
        layer=2,
    )
    wanted = [package.get_word_aligns(pair.source, pair.target) for pair in pairs]
    assert sum(len(w["itermax"]) for w in wanted) > 2 * len(pairs)
    for method in METHODS:
        ours = SimAligner(
            folder, method=method, token_type=token_type, distortion=distortion, layer=2
        )
        found = ours.align(pairs, "", "")
        differing = [n for n in range(len(pairs)) if plain(found[n]) != wanted[n][method]]
        assert differing == [], method


def test_links_are_the_gold_ones_of_the_toy_pair() -> None:
    gold = sentence_pairs(100, seed=12)
    links = SimAligner(str(aligning_bert()), layer=2).align(
        [TokenPair(s, t) for s, t, _ in gold], "", ""
    )
    right = sum(
        (i, j) in g for found, (_, _, g) in zip(links, gold, strict=True) for i, j, _ in found
    )
    assert right / sum(map(len, links)) > 0.98
    assert right / sum(len(g) for _, _, g in gold) > 0.98


def test_probabilities_tell_sure_links_from_unsure_ones() -> None:
    gold = sentence_pairs(100, seed=13)
    aligner = SimAligner(str(aligning_bert()), layer=2, method="fwd")
    # A word without a counterpart still gets a forward link; it must not look like a sure one.
    # Here the verb, which stands before the full stop, has lost its own.
    lost = [TokenPair(s, [*t[:-2], t[-1]]) for s, t, _ in gold]
    verbs = [next(i for i, j in g if j == len(t) - 2) for _, t, g in gold]
    sure, unsure = [], []
    whole = aligner.align([TokenPair(s, t) for s, t, _ in gold], "", "")
    for (_, _, g), verb, with_all, without in zip(
        gold, verbs, whole, aligner.align(lost, "", ""), strict=True
    ):
        sure += [p for i, j, p in with_all if (i, j) in g]
        unsure += [p for i, _, p in without if i == verb]
    assert all(0 < p <= 1 for p in sure + unsure)
    assert sum(sure) / len(sure) > 0.95
    assert sum(unsure) / len(unsure) < 0.6
    strict = SimAligner(str(aligning_bert()), layer=2, method="fwd", min_probability=0.9)
    kept = [p for links in strict.align(lost, "", "") for _, _, p in links]
    assert kept and min(kept) >= 0.9


def test_one_at_a_time_equals_many_at_once() -> None:
    pairs = mixed_pairs(60)
    aligner = SimAligner(str(aligning_bert()), layer=2)
    together = aligner.align(pairs, "", "")
    for pair, links in zip(pairs, together, strict=True):
        alone = aligner.align([pair], "", "")[0]
        assert plain(alone) == plain(links)
        assert [p for _, _, p in alone] == pytest.approx([p for _, _, p in links], abs=2e-3)


def test_empty_sides_and_words_without_sub_words_get_no_links() -> None:
    aligner = SimAligner(str(aligning_bert()), layer=2)
    pairs = [
        TokenPair([], ["gato"]),
        TokenPair(["cat"], []),
        TokenPair(["", "\u200b"], ["gato"]),
        TokenPair(["", "the", "\u200b", "cat", "."], ["la", "gato", "", "."]),
    ]
    for token_type in ("bpe", "word"):
        aligner = SimAligner(str(aligning_bert()), layer=2, token_type=token_type)
        links = aligner.align(pairs, "", "")
        assert links[:3] == [[], [], []]
        assert plain(links[3]) == [(1, 0), (3, 1), (4, 3)]
    assert aligner.align([], "", "") == []


def test_special_tokens_and_emoji_as_words_do_no_harm() -> None:
    aligner = SimAligner(str(aligning_bert()), layer=2)
    links = aligner.align(
        [TokenPair(["[SEP]", "😀", "the", "cat"], ["la", "gato", "[CLS]"])], "", ""
    )[0]
    assert (3, 1) in plain(links)
    assert all(0 <= i < 4 and 0 <= j < 3 for i, j, _ in links)


@pytest.mark.parametrize("token_type", ["bpe", "word"])
def test_texts_longer_than_the_window_are_aligned_to_their_ends(token_type: str) -> None:
    source, target, gold = [], [], set()
    for s, t, g in sentence_pairs(110, seed=14):
        gold |= {(i + len(source), j + len(target)) for i, j in g}
        source, target = source + s, target + t
    assert len(source) > 600
    aligner = SimAligner(str(aligning_bert()), layer=2, token_type=token_type, method="argmax")
    links = set(plain(aligner.align([TokenPair(source, target)], "", "")[0]))
    # Function words recur all over the text; names and nouns must be found to the last sentence.
    assert max(i for i, _ in links) > len(source) - 10
    assert all(abs(i / len(source) - j / len(target)) < 0.5 for i, j in links)
    assert len([link for link in links if link[0] > 512]) > 20


@pytest.mark.parametrize("name", ["simalign", "awesome"])
def test_a_hub_name_that_cannot_be_had_is_one_clear_error(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from projector.engines import engine_class

    monkeypatch.setattr("projector.models.hub.hub_in_reach", lambda: False)
    aligner = engine_class("aligners", name)("no_parents/no-such-model")
    with pytest.raises(EngineError, match=r"no_parents/no-such-model.*local folder") as caught:
        aligner.align([TokenPair(["a"], ["b"])], "", "")
    assert "\n" not in str(caught.value)


def test_wrong_options_are_named() -> None:
    with pytest.raises(UsageError, match=r"no method is called 'itermx'.*itermax"):
        SimAligner("x", method="itermx")
    with pytest.raises(UsageError, match=r"no option 'metod'.*'method'"):
        SimAligner("x", metod="itermax")
    with pytest.raises(UsageError, match="token_type"):
        SimAligner("x", token_type="char")
    with pytest.raises(UsageError, match="precision"):
        SimAligner("x", precision="int4")
    with pytest.raises(UsageError, match=r"layer 9.*0 to 3"):
        SimAligner(str(aligning_bert()), layer=9).align([TokenPair(["a"], ["b"])], "", "")


def test_int8_gives_the_same_links_and_keeps_its_conversion(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ctranslate2")
    monkeypatch.setenv("XPROJECT_CACHE", str(tmp_path))
    pairs = [TokenPair(s, t) for s, t, _ in sentence_pairs(100, seed=15)]
    folder = str(aligning_bert())
    exact = [set(plain(links)) for links in SimAligner(folder, layer=2).align(pairs, "", "")]
    small = [
        set(plain(x)) for x in SimAligner(folder, layer=2, precision="int8").align(pairs, "", "")
    ]
    shared = 2 * sum(len(a & b) for a, b in zip(exact, small, strict=True))
    assert shared / sum(len(a) + len(b) for a, b in zip(exact, small, strict=True)) >= 0.995
    kept = list(tmp_path.rglob("model.bin"))
    assert len(kept) == 1 and not list(tmp_path.rglob(".converting-*"))
    written = kept[0].stat().st_mtime_ns
    SimAligner(folder, layer=2, precision="int8").align(pairs[:1], "", "")
    assert kept[0].stat().st_mtime_ns == written
