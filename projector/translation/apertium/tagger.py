"""The part-of-speech tagger of a mode, kept from remembering earlier sentences.

Apertium's tagger is a hidden Markov model over ambiguity classes: sets of tags that a word can
have. A word whose class its training never saw is given the most similar class; and by a fault in
Apertium (3.8: `find_similar_ambiguity_class` assigns to the tagger's own data) that class becomes
the one of all unknown words, for as long as the process lives. Every later sentence with an
unknown word may be tagged differently. Nothing that is written to the process undoes it. So a
sentence with such a word gets a process to itself, and all others share one, which stays as it
started. Which words these are the tagger itself says, asked with ``-d`` about every set of
readings that is met for the first time.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from projector.errors import EngineError
from projector.translation.apertium.pipe import NullPipe, PipeBroken, environment, isolate

_READINGS = re.compile(r"\^(?:[^\\/$]|\\.)*/((?:[^\\$]|\\.)*)\$", re.DOTALL)
_UNSEEN_CLASS = re.compile(r"^Word '(\d*)'", re.MULTILINE)
_MAX_KNOWN = 200_000  # sets of readings remembered; beyond, all are asked anew
_PROBE = "^xqprobe/*xqprobe$[]"
_PARALLEL = 4  # processes for single sentences at a time


def is_hidden_markov(command: Sequence[str]) -> bool:
    """Whether a mode's process is the tagger that this module is about (not the perceptron)."""
    letters = "".join(word[1:] for word in command[1:] if re.fullmatch(r"-[a-z]+", word))
    return command[0].endswith("apertium-tagger") and "g" in letters and not {*letters} & {*"xu"}


class Tagger:
    """Tags each text as a tagger that was just started would.

    Args:
        command: the tagger's command line with its option ``-z``.
        timeout: seconds without an answer after which it counts as hung.
    """

    def __init__(self, command: Sequence[str], timeout: float) -> None:
        self._command = list(command)
        self._timeout = timeout
        self._shared = NullPipe([command], timeout, _PROBE)
        self._known: dict[str, bool] = {}  # readings -> is their class one that training lacked

    def run_each(self, texts: Sequence[str]) -> list[str | None]:
        """Texts of the stream format, tagged; None for one that kills or blocks the tagger.

        Raises:
            EngineError: the tagger does not run.
        """
        lone = self._with_unseen_class(texts)
        shared = iter(self._shared.run_each([t for n, t in enumerate(texts) if n not in lone]))
        with ThreadPoolExecutor(max_workers=_PARALLEL) as pool:
            single = pool.map(self._in_own_process, [texts[n] for n in sorted(lone)])
            return [next(single) if n in lone else next(shared) for n in range(len(texts))]

    def close(self) -> None:
        """End the shared process."""
        self._shared.close()

    def _in_own_process(self, text: str) -> str | None:
        return isolate(self._run_fresh, [text], 1)[0]

    def _run_fresh(self, texts: Sequence[str]) -> list[str]:
        done = self._call(self._command, "".join(text + "\0" for text in texts))
        answers = done.stdout.decode("utf-8", "replace").split("\0")
        if done.returncode or len(answers) <= len(texts):
            raise PipeBroken(0, False, f"the tagger ended with code {done.returncode}")
        return answers[: len(texts)]

    def _call(self, command: Sequence[str], text: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                command,
                input=text.encode(),
                capture_output=True,
                timeout=self._timeout,
                env=environment(),
                start_new_session=True,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise PipeBroken(0, True, f"no answer for {self._timeout:g} seconds") from error
        except OSError as error:
            raise EngineError(f"{command[0]}: cannot be started ({error.strerror})") from error

    # -- which words have a class that training lacked -----------------------------------------

    def _with_unseen_class(self, texts: Sequence[str]) -> set[int]:
        """Which of the texts hold a word whose ambiguity class the tagger does not know."""
        if len(self._known) > _MAX_KNOWN:
            self._known.clear()
        rows = [
            # One reading alone always has a class, and so have unknown words.
            {readings for readings in _READINGS.findall(text) if "/" in readings}
            for text in texts
        ]
        new = sorted(set().union(*rows) - self._known.keys())
        if new:
            unseen = self._unseen(new)
            self._known.update((readings, readings in unseen) for readings in new)
        return {n for n, row in enumerate(rows) if any(self._known[r] for r in row)}

    def _unseen(self, readings: Sequence[str]) -> set[str]:
        """Those of the sets of readings whose class the tagger reports as new to it."""
        messages = self._ask(readings)
        if messages is None:  # something in there breaks it: the sentence shall have its process
            if len(readings) == 1:
                return set(readings)
            half = len(readings) // 2
            return self._unseen(readings[:half]) | self._unseen(readings[half:])
        named = _UNSEEN_CLASS.findall(messages)
        found = {readings[int(number)] for number in named if number}
        if len(named) > sum(map(bool, named)):  # the second word of a contraction bears no number
            joined = [r for r in readings if "+" in r and r not in found]
            if len(joined) == len(readings) == 1:
                return set(joined)
            half = (len(joined) + 1) // 2
            for part in (joined[:half], joined[half:]):
                found |= self._unseen(part) if part else set()
        return found

    def _ask(self, readings: Sequence[str]) -> str | None:
        """The tagger's remarks on units that have their numbers as surface forms."""
        command = [self._command[0], "-d", *(w for w in self._command[1:] if w != "-z")]
        text = "".join(f"^{n}/{unit}$\n" for n, unit in enumerate(readings))
        for _ in range(5):  # it may be killed by something else
            try:
                done = self._call(command, text)
            except PipeBroken:
                return None
            if not done.returncode:
                return done.stderr.decode("utf-8", "replace")
        return None
