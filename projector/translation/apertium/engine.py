"""The engine `apertium`: rule-based translation that says which word came from which.

Text is analysed, every lexical unit gets a word-bound blank with its number, and the rest of the
mode's pipeline carries these through transfer and generation (`stream`). Pieces of the
translation and their numbers become links (`links`); spacing and capitals are mended
(`spacing`, `casing`). A pivot runs one mode after the other and multiplies the links out.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

import projector
from projector.engines import read_options
from projector.json_values import JsonObject
from projector.translation.apertium.mode_pipeline import ModePipeline
from projector.translation.apertium.modes import Mode, route, version
from projector.translation.base import Constraint, Translation
from projector.translation.constraints import check_one_for_each
from projector.translation.pivot import compose


class ApertiumOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine.

    Attributes:
        mend: mend spacing, capitals and opening marks; without, the text is exactly what
            ``apertium -u`` gives.
        names: take capitalised words that the dictionary does not know for proper nouns, which
            keeps the grammar around them whole (only with ``mend``).
        timeout: seconds without an answer after which the processes count as hung.
    """

    mend: bool = True
    names: bool = True
    timeout: float = 60.0

    def __post_init__(self) -> None:
        if self.timeout <= 0:
            raise ValueError(f"timeout: found {self.timeout}, wanted more than 0")


class ApertiumTranslator:
    """Translator over Debian's Apertium.

    Args:
        model: see `modes.route`.

    Raises:
        UsageError: an unknown option, mode or language.
        EngineError: Apertium is not installed.
    """

    name = "apertium"
    gives_links = True

    def __init__(self, model: str = "", **options: object) -> None:
        self.model = model
        self.version = ""
        self._wanted = model
        self._checked: tuple[str, str] | None = None
        self.options = read_options(ApertiumOptions, options, self.name)
        self._pipelines: dict[str, ModePipeline] = {}
        self._routes: dict[tuple[str, str], list[Mode]] = {}

    def check(self, source: str, target: str) -> None:
        """Fail now if no mode leads from one language to the other."""
        self._route(source, target)
        self._checked = (source, target)

    def _route(self, source: str, target: str) -> list[Mode]:
        if (source, target) not in self._routes:
            self._routes[source, target] = route(self._wanted, source, target)
            used = [mode for modes in self._routes.values() for mode in modes]
            self.version = ", ".join(dict.fromkeys(version(mode.path) for mode in used))
            if "-" not in self._wanted:  # the user left the mode to us: name what was taken
                self.model = ",".join(dict.fromkeys(mode.name for mode in used))
        return self._routes[source, target]

    def provenance(self, source: str, target: str) -> tuple[str, str]:
        """Model and version that serve these two languages, whatever else was translated."""
        modes = self._route(source, target)
        versions = dict.fromkeys(version(mode.path) for mode in modes)
        return ",".join(mode.name for mode in modes), ", ".join(versions)

    def identity(self) -> JsonObject:
        """Everything that decides what a translation is between the languages last checked."""
        model, packages = self.provenance(*self._checked) if self._checked else (self.model, "")
        return {
            "engine": self.name,
            "model": model,
            "version": f"{packages}; xproject {projector.__version__}",  # the mending is ours
            "options": {"mend": self.options.mend, "names": self.options.names},
        }

    def translate(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[Translation]:
        """Translate sentences; see `base.Translator`. Blank ones come back as they are."""
        check_one_for_each(constraints, sentences)
        modes = self._route(source, target)
        done = self._pipeline(modes[0]).translate(sentences, constraints)
        for mode in modes[1:]:
            done = compose(done, self._pipeline(mode).translate([t.text for t in done], None))
        return done

    def _pipeline(self, mode: Mode) -> ModePipeline:
        if mode.path not in self._pipelines:
            options = self.options
            self._pipelines[mode.path] = ModePipeline(
                mode, mend=options.mend, names=options.names, timeout=options.timeout
            )
        return self._pipelines[mode.path]

    def close(self) -> None:
        """Stop the processes."""
        for pipeline in self._pipelines.values():
            pipeline.close()
        self._pipelines = {}
