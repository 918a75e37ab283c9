"""The marker search: exactly what trying every placement gives, in a fraction of the steps."""

from __future__ import annotations

import itertools
import random

import pytest

from tests.marking_models import bracket_translator, with_brackets
from tests.neural_models import plain_t5
from tests.projection.toy_pairs import toy_pairs

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.neural

from projector.models.families import encode, encode_target  # noqa: E402
from projector.projection.constrained.placement import Kind, Problem, place  # noqa: E402
from projector.projection.constrained.template import Template, make_template  # noqa: E402
from projector.projection.markers.insertion import jobs, marked, read_markers  # noqa: E402
from projector.translation.neural.hf import HuggingFaceTranslator  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def engine() -> HuggingFaceTranslator:
    return HuggingFaceTranslator(bracket_translator())


def problems(
    engine: HuggingFaceTranslator, count: int, seed: int, spans: int, markers: str = "[ ]"
) -> list[Problem]:
    settings, tokenizer = engine.plan("en", "es"), engine.seq2seq.tokenizer
    signs = read_markers(markers)
    made = []
    for pair in toy_pairs(count, seed, spans)[0]:
        job = jobs(pair)[0][0]
        template = make_template(engine.model_for("en", "es"), pair.target.text, pair.target.tokens)
        names = [signs.of(n) for n in range(len(job.parts))]
        kinds = [
            Kind(
                *[tuple(ids) for ids in encode_target(tokenizer, settings, list(name))],
                names.count(name),
            )
            for name in dict.fromkeys(names)
        ]
        source = encode(tokenizer, settings, [marked(pair.source.text, job, signs)])[0]
        made.append(Problem(source, template, kinds))
    return made


def every_placement(problem: Problem) -> dict[tuple, list[int]]:
    """All placements with their sequences of ids, by brute force over start and end words."""
    template = problem.template
    starts = [t for t, word in enumerate(template.starts) if word >= 0]
    ends = [t for t, word in enumerate(template.ends) if word >= 0]
    single = [(a, b) for a in starts for b in ends if a < b]
    which = [k for k, kind in enumerate(problem.kinds) for _ in range(kind.count)]
    found = {}
    for chosen in itertools.combinations(single, len(which)):
        ordered = sorted(chosen)
        if any(b > c for (_, b), (c, _) in itertools.pairwise(ordered)):
            continue
        for order in set(itertools.permutations(which)):
            stretches = tuple((k, a, b) for k, (a, b) in zip(order, ordered, strict=True))
            ids: list[int] = []
            for t in range(len(template.ids) + 1):
                for k, _, b in stretches:
                    ids += problem.kinds[k].closing if b == t else ()
                for k, a, _ in stretches:
                    ids += problem.kinds[k].opening if a == t else ()
                ids += template.ids[t : t + 1]
            found[stretches] = ids
    return found


def exhaustive(
    engine: HuggingFaceTranslator, problem: Problem
) -> tuple[list[tuple[float, tuple]], int]:
    """All placements with their scores, best first, and the decoder steps that this takes."""
    every = every_placement(problem)
    settings, scores = engine.plan("en", "es"), []
    rows = list(every.values())
    for n in range(0, len(rows), 256):
        part = rows[n : n + 256]
        scores += [
            sum(row) for row in engine.seq2seq.score([problem.source] * len(part), part, settings)
        ]
    return sorted(zip(scores, every, strict=True), key=lambda x: -x[0]), sum(
        len(ids) + 1 for ids in rows
    )


def test_the_best_placement_equals_exhaustive_search_on_200_sentences(
    engine: HuggingFaceTranslator,
) -> None:
    # Short ones: two spans in them have hundreds of placements, not thousands.
    made = [
        problem
        for problem in [*problems(engine, 220, 71, 1), *problems(engine, 500, 72, 2)]
        if len(problem.template.ids) <= 16
    ][:200]
    assert len(made) == 200
    found = [
        p for n in range(0, 200, 25) for p in place(engine.model_for("en", "es"), made[n : n + 25])
    ]
    all_steps = steps = 0
    for problem, ours in zip(made, found, strict=True):
        wanted, taken = exhaustive(engine, problem)
        assert ours.exact
        assert ours.placements[0].score == pytest.approx(wanted[0][0], abs=1e-3)
        ties = {stretches for score, stretches in wanted if score > wanted[0][0] - 1e-3}
        assert ours.placements[0].stretches in ties
        all_steps, steps = all_steps + taken, steps + ours.steps
    print(
        f"decoder steps: {all_steps} by trying all, {steps} by search, ratio {all_steps / steps:.1f}"
    )
    assert all_steps >= 10 * steps


def test_it_is_exact_where_the_model_knows_nothing(engine: HuggingFaceTranslator) -> None:
    """A random template and random marked source: no greedy choice is right here."""
    rng = random.Random(3)
    made = []
    for problem in problems(engine, 12, 73, 2):
        ids = [rng.randrange(9, 100) for _ in range(5)]
        source = [problem.source[0], *(rng.randrange(9, 100) for _ in range(6)), 0]
        made.append(Problem(source, Template(ids, [*range(5), -1], [-1, *range(5)]), problem.kinds))
    for problem, ours in zip(
        made, place(engine.model_for("en", "es"), made, best=3, most=10_000), strict=True
    ):
        wanted, _ = exhaustive(engine, problem)
        assert [p.score for p in ours.placements] == pytest.approx(
            [s for s, _ in wanted[:3]], abs=1e-3
        )


def test_markers_of_several_sub_words_and_of_several_kinds(engine: HuggingFaceTranslator) -> None:
    made = [p for p in problems(engine, 30, 74, 2, "<{n}> </{n}>") if len(p.template.ids) <= 16][:6]
    assert any(len(kind.opening) > 1 for problem in made for kind in problem.kinds)
    assert any(len(problem.kinds) == 2 for problem in made)
    found = place(engine.model_for("en", "es"), made, best=2, most=5000)
    for problem, ours in zip(made, found, strict=True):
        wanted, _ = exhaustive(engine, problem)
        assert [p.score for p in ours.placements] == pytest.approx(
            [s for s, _ in wanted[:2]], abs=2e-3
        )


def test_another_family_and_many_sentences_at_once(engine: HuggingFaceTranslator) -> None:
    t5 = HuggingFaceTranslator(plain_t5())
    settings = t5.plan("en", "fr")
    rng = random.Random(4)
    made = []
    for size in (3, 5, 4):
        ids = [rng.randrange(5, 60) for _ in range(size)]
        template = Template(ids, [*range(size), -1], [-1, *range(size)])
        made.append(
            Problem(
                [*(rng.randrange(5, 60) for _ in range(4)), 1], template, [Kind((7,), (8, 9), 1)]
            )
        )
    together = place(t5.model_for("en", "fr"), made, best=2, most=10_000)
    for problem, ours in zip(made, together, strict=True):
        every = every_placement(problem)
        scores = t5.seq2seq.score([problem.source] * len(every), list(every.values()), settings)
        best = sorted((sum(row) for row in scores), reverse=True)[:2]
        assert [p.score for p in ours.placements] == pytest.approx(best, abs=1e-3)
        alone = place(t5.model_for("en", "fr"), [problem], best=2, most=10_000)[0]
        assert [p.stretches for p in alone.placements] == [p.stretches for p in ours.placements]


def test_a_search_that_is_cut_says_so_and_still_answers(engine: HuggingFaceTranslator) -> None:
    rng = random.Random(5)
    problem = problems(engine, 1, 75, 1)[0]
    ids = [rng.randrange(9, 100) for _ in range(10)]
    hard = Problem(problem.source, Template(ids, [*range(10), -1], [-1, *range(10)]), problem.kinds)
    cut = place(engine.model_for("en", "es"), [hard], most=2)[0]
    assert not cut.exact and len(cut.placements) == 1


def test_brackets_of_the_fixture_are_words_of_their_own() -> None:
    assert with_brackets(["a", "b"], [(0, 1)]) == (["[", "a", "]", "b"], [1, 3])
