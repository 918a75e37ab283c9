"""The cache returns what the engine said, asks it once, and survives kills and other processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import EngineError
from projector.translation.base import Constraint, Translation
from projector.translation.cache import FILE, CachedTranslator


class Upper:
    """A small real engine: upper case, links from word to word; counts what it is asked."""

    name, model, version, gives_links = "upper", "", "1", True
    slow_check = True

    def __init__(self, **options) -> None:
        self.options = options
        self.asked: list[str] = []
        self.checked = 0

    def identity(self):
        return {"engine": self.name, "options": self.options}

    def check(self, source, target) -> None:
        self.checked += 1

    def translate(self, sentences, source, target, constraints=None):
        self.asked += sentences
        out = []
        for n, text in enumerate(sentences):
            if "fail" in text:
                out.append(Translation("", error="cannot"))
                continue
            met = None if constraints is None else [c.wanted[0] in text for c in constraints[n]]
            links = [((0, len(text)), (0, len(text.upper())), 0.5)] if text else []
            out.append(Translation(text.upper(), links=links, score=-0.25, constraints_met=met))
        return out

    def close(self) -> None:
        pass


def test_a_second_run_asks_nothing(tmp_path):
    texts = ["a b", "c", "a b", "", "ü\u2028x\ud7ff"]
    first = CachedTranslator(Upper(), str(tmp_path))
    one = first.translate(texts, "en", "es")
    assert first.inner.asked == ["a b", "c", "", "ü\u2028x\ud7ff"]
    assert (first.hits, first.misses) == (0, 4)
    first.check("en", "es")
    first.close()
    second = CachedTranslator(Upper(), str(tmp_path))
    assert second.translate(texts, "en", "es") == one == Upper().translate(texts, "en", "es")
    second.check("en", "es")
    assert second.inner.asked == [] and second.inner.checked == 0


def test_everything_that_matters_is_in_the_key(tmp_path):
    def asked(engine, text="a", source="en", target="es", constraints=None):
        cached = CachedTranslator(engine, str(tmp_path))
        cached.translate([text], source, target, constraints)
        cached.close()
        return engine.asked

    assert asked(Upper()) == ["a"]
    assert asked(Upper()) == []
    assert asked(Upper(beam=2)) == ["a"]
    assert asked(Upper(), target="fr") == ["a"]
    assert asked(Upper(), source="de") == ["a"]
    assert asked(Upper(), text="a ") == ["a "]
    assert asked(Upper(), constraints=[[Constraint(["x"])]]) == ["a"]
    assert asked(Upper(), constraints=[[Constraint(["y"])]]) == ["a"]
    assert asked(Upper(), constraints=[[]]) == ["a"]
    assert asked(Upper(), constraints=[[Constraint(["x"])]]) == []


def test_an_engine_that_learns_its_version_late(tmp_path):
    """As Apertium does: its check is quick, is always made, and says what is in the key."""

    class Late(Upper):
        slow_check = False
        installed = "1"

        def check(self, source, target) -> None:
            super().check(source, target)
            self.version = self.installed

        def identity(self):
            return [self.name, self.version]

    for installed, asked in (("1", ["a"]), ("1", []), ("2", ["a"])):
        Late.installed = installed
        cached = CachedTranslator(Late(), str(tmp_path))
        cached.check("en", "es")
        cached.translate(["a"], "en", "es")
        assert cached.version == installed and cached.inner.asked == asked
        cached.close()


def test_failures_are_tried_again(tmp_path):
    for _ in range(2):
        cached = CachedTranslator(Upper(), str(tmp_path))
        assert cached.translate(["fail", "b"], "en", "es")[0].error == "cannot"
        assert "fail" in cached.inner.asked
        cached.close()
    assert cached.inner.asked == ["fail"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.text(max_size=6), max_size=8), max_size=4))
def test_any_texts_in_any_batches(tmp_path_factory, batches):
    folder = str(tmp_path_factory.mktemp("cache"))
    cached = CachedTranslator(Upper(), folder)
    for batch in batches:
        assert cached.translate(batch, "en", "es") == Upper().translate(batch, "en", "es")
    cached.close()


def test_a_killed_writer_leaves_a_good_cache(tmp_path):
    script = textwrap.dedent(
        f"""
        import sys; sys.path.insert(0, {str(os.path.dirname(__file__))!r})
        from test_cache import Upper, CachedTranslator
        cached = CachedTranslator(Upper(), {str(tmp_path)!r})
        n = 0
        while True:
            cached.translate([f"text {{n + i}}" for i in range(50)], "en", "es")
            n += 50
            print(n, flush=True)
        """
    )
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(5):
            process.stdout.readline()
        done = 250
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        cached = CachedTranslator(Upper(), str(tmp_path))
        texts = [f"text {n}" for n in range(done)]
        assert cached.translate(texts, "en", "es") == Upper().translate(texts, "en", "es")
        assert cached.inner.asked == []
        cached.close()


def test_a_damaged_file_is_one_clear_sentence(tmp_path):
    (tmp_path / FILE).write_bytes(b"this is no database" * 100)
    with pytest.raises(EngineError, match="delete it"):
        CachedTranslator(Upper(), str(tmp_path)).translate(["a"], "en", "es")


def test_a_new_cache_is_for_its_owner_alone(tmp_path):
    folder = tmp_path / "cache"
    cached = CachedTranslator(Upper(), str(folder))
    cached.translate(["a"], "en", "es")
    assert folder.stat().st_mode & 0o777 == 0o700
    files = list(folder.iterdir())
    assert files and all(path.stat().st_mode & 0o077 == 0 for path in files)
    cached.close()


def test_an_engine_without_an_identity_cannot_be_cached(tmp_path):
    class Bare:
        name, model, version, gives_links = "bare", "", "1", False

        def check(self, source, target) -> None:
            pass

    with pytest.raises(EngineError, match="'bare' does not say what its translations depend on"):
        CachedTranslator(Bare(), str(tmp_path)).translate(["a"], "en", "es")


def test_an_empty_translation_is_not_kept(tmp_path):
    class Mute(Upper):
        def translate(self, sentences, source, target, constraints=None):
            self.asked += sentences
            return [Translation("") for _ in sentences]

    for _ in range(2):
        engine = CachedTranslator(Mute(), str(tmp_path))
        assert [t.text for t in engine.translate(["a b", " "], "en", "es")] == ["", ""]
        engine.close()
    assert engine.inner.asked == ["a b"]  # nothing of white space is all that there is to have
