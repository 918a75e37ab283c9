"""What a sentence becomes does not depend on the sentences before it, nor on killed processes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from projector.translation.apertium.engine import ApertiumTranslator
from projector.translation.apertium.modes import installed_modes
from projector.translation.apertium.tagger import Tagger, is_hidden_markov

pytestmark = pytest.mark.apertium

# Words whose readings the taggers' training never saw together ("included", "elected", "known",
# "fit", "even", "for", "its", "do"), and unknown words beside ambiguous ones, which suffer for it.
OWN = [
    "In addition, the bill included catering as well, though the kitchen was closed.",
    '"The score is what counts," recognized guardolio.',
    "The newly elected council is known to be fit for the task.",
    "Mr. Finneyson said that opened zimbwells damaged trees.",
    "Do its members even know what they do for the town?",
    "It doesn't hurt, kirlanded exhausted porlers near the lake.",
    "The plongs dropped, as grumelled sold a lot of wixed houses.",
    "An old crone fidgeled that snoffs painted walls.",
]


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    samples = Path(__file__).parents[3] / "samples"
    found = dict.fromkeys(OWN)
    for path in sorted(samples.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            text = record.get("text") or record.get("source", {}).get("text", "")
            if text and record.get("lang", "en") == "en":
                found[" ".join(text.split())] = None
    return list(found)


@pytest.mark.parametrize("name", ["eng-spa", "eng-cat", "en-gl", "en-eo"])
def test_order_and_blocks_change_no_translation(name: str, sentences: list[str]) -> None:
    mode = installed_modes().get(name)
    if mode is None:
        pytest.skip(f"Apertium's {name} is not installed")
    engine = ApertiumTranslator(name)
    reference = dict(zip(sentences, engine.translate(sentences, "en", mode.target), strict=True))
    rng = random.Random(7)
    for block in (7, 64, 512):
        engine.close()
        order = rng.sample(sentences, len(sentences))
        for n in range(0, len(order), block):
            some = order[n : n + block]
            for text, made in zip(some, engine.translate(some, "en", mode.target), strict=True):
                assert made == reference[text]
    for text in OWN:
        engine.close()
        assert engine.translate([text], "en", mode.target) == [reference[text]]
    engine.close()


def test_killed_processes_change_no_translation(sentences: list[str]) -> None:
    engine = ApertiumTranslator("eng-spa")
    reference = engine.translate(sentences, "en", "es")
    rng = random.Random(3)
    over, struck = threading.Event(), []

    def strike() -> None:
        while not over.wait(rng.uniform(0.2, 0.6)):
            found = _children()
            if found:
                victim = rng.choice(found)
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                struck.append(victim)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        for _ in range(40):
            assert engine.translate(sentences, "en", "es") == reference
            if len(struck) >= 8:
                break
    finally:
        over.set()
        thread.join()
        engine.close()
    assert len(struck) >= 8


def _children() -> list[int]:
    """Apertium's processes that this one started."""
    shown = subprocess.run(
        ["ps", "-o", "pid=,comm=", "--ppid", str(os.getpid())], capture_output=True, text=True
    )
    rows = [line.split(None, 1) for line in shown.stdout.splitlines()]
    return [int(pid) for pid, name in rows if name.startswith(("lt-", "apertium", "lrx", "cg"))]


def test_a_word_of_an_unseen_class_changes_no_other_text() -> None:
    folder = Path("/usr/share/apertium/apertium-eng-spa")
    tagger = Tagger(["apertium-tagger", "-z", "-g", str(folder / "eng-spa.prob")], 20)
    unseen = "^included/included<adj>/included<adv>/include<vblex><past>/include<vblex><pp>$[]"
    after = "^,/,<cm>$ ^recognized/recognise<vblex><past>/recognise<vblex><pp>$ ^Guar/*Guar$[]"
    (alone,) = tagger.run_each([after])
    assert alone is not None and "<pp>" in alone
    texts = [after, unseen, after, unseen, unseen, after]
    done = tagger.run_each(texts)
    assert [done[0], done[2], done[5]] == [alone] * 3
    assert done[1] == done[3] == done[4] == "^included<adj>$[]"
    tagger.close()


def test_the_second_word_of_a_contraction_may_be_of_an_unseen_class() -> None:
    folder = Path("/usr/share/apertium/apertium-spa-cat")
    if not folder.is_dir():
        pytest.skip("Apertium's spa-cat is not installed")
    tagger = Tagger(["apertium-tagger", "-z", "-g", str(folder / "spa-cat.prob")], 20)
    unseen = "de<pr>+como<pr>/de<pr>+como<rel><adv>"
    seen = ["de<pr>/de<n><f><sg>", "casa<n><f><sg>/casar<vblex><pri><p3><sg>"]
    assert tagger._unseen([*seen, unseen, "de<pr>+el<det><def><m><sg>/de<n><f><sg>"]) >= {unseen}
    assert seen[1] not in tagger._unseen([*seen, unseen])
    tagger.close()


def test_only_hidden_markov_taggers_are_kept_apart() -> None:
    assert is_hidden_markov(["apertium-tagger", "-z", "-g", "eng-spa.prob"])
    assert is_hidden_markov(["/usr/bin/apertium-tagger", "-g", "-p", "-z", "x.prob"])
    assert not is_hidden_markov(["apertium-tagger", "-z", "-gx", "eng-cat.prob"])
    assert not is_hidden_markov(["apertium-transfer", "-z", "-g", "x"])
