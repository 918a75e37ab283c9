"""What `hf` and `ctranslate2` have in common: a model's folder, its tokeniser and its languages."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, Literal

from msgspec import Struct, structs

from projector.errors import UsageError
from projector.json_values import JsonObject
from projector.models.families import Plan, plan
from projector.models.fingerprint import folder_fingerprint
from projector.models.hub import model_folder

# What changes how fast a translation comes, not which one.
SPEED_OPTIONS = {"batch_tokens", "device", "threads", "cache_dir"}
# Families of models between so many languages that they can be asked to repeat one.
MANY_TO_MANY = {"nllb", "m2m100", "mbart", "madlad"}


class LocalModelOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options that both engines have.

    Attributes:
        beam: beams of the search; 1 is greedy.
        length_penalty, no_repeat_ngram, repetition_penalty: as in transformers.
        sample, temperature, top_k, top_p, seed: draw instead of searching; with `hf` the same seed
            and text give the same translation in any batch.
        batch_tokens: padded source tokens in a batch, times beams (0: by device).
        max_source_tokens: cut or reject longer sentences (0: the model's own window).
        max_ratio: a translation that has not ended after this many target tokens for each source
            token (and 40 more) is rejected as not ended.
        long: what to do with a sentence longer than the window: "split" or "reject".
        prefix: text before every sentence; {source} and {target} become language names.
        device: auto, cpu, cuda, cuda:1, mps.
        precision: of the weights; auto is by device.
        threads: CPU threads (0: the library's own choice).
    """

    beam: int = 4
    length_penalty: float = 1.0
    no_repeat_ngram: int = 0
    repetition_penalty: float = 1.0
    sample: bool = False
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0
    batch_tokens: int = 0
    max_source_tokens: int = 0
    max_ratio: float = 3.0
    long: Literal["split", "reject"] = "split"
    prefix: str = ""
    device: str = "auto"
    precision: str = "auto"
    threads: int = 0

    def __post_init__(self) -> None:
        if self.beam < 1:
            raise ValueError(f"beam: found {self.beam}, wanted 1 or more")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p: found {self.top_p}, wanted a number in (0, 1]")
        if self.temperature <= 0:
            raise ValueError(f"temperature: found {self.temperature}, wanted more than 0")


class LocalModelTranslator:
    """The base of both engines.

    Args:
        model: a folder or hub name.
        options: the engine's own struct, already read.

    Raises:
        UsageError: no model named.
    """

    name: ClassVar[str]
    gives_links = False
    slow_check = True  # the cache remembers what has passed it

    def __init__(self, model: str, options: LocalModelOptions) -> None:
        if not model:
            raise UsageError(f"the engine {self.name!r} needs a model: --model FOLDER_OR_HUB_NAME")
        self.model = model
        self.version = ""
        self._given = options
        self._prefix_text = options.prefix
        self._plans: dict[tuple[str, str], Plan] = {}

    @cached_property
    def folder(self) -> str:
        """The local folder of the model (downloaded first where that is possible)."""
        return model_folder(self.model, self.name)

    @cached_property
    def _tokenizer(self) -> tuple[Any, Any]:
        """The model's configuration and its tokeniser; no weights are read."""
        folder = self._tokenizer_folder()  # a missing model is told before torch is imported
        from projector.models.seq2seq import load_tokenizer

        return load_tokenizer(folder)

    def _tokenizer_folder(self) -> str:
        return self.folder

    def identity(self) -> JsonObject:
        """Everything that decides what a translation is (the cache's key)."""
        options = structs.asdict(self._given)
        return {
            "engine": self.name,
            "model": folder_fingerprint(self.folder),
            "version": self.version,
            "options": {k: v for k, v in options.items() if k not in SPEED_OPTIONS},
        }

    def plan(self, source: str, target: str) -> Plan:
        """How this model is told the languages (see `families.plan`)."""
        if (source, target) not in self._plans:
            config, tokenizer = self._tokenizer
            self._plans[source, target] = plan(
                config, tokenizer, source, target, model=self.model, prefix=self._prefix_text
            )
        return self._plans[source, target]

    def repeats(self, lang: str) -> bool:
        """See `projector.models.translation_model.TranslatesIntoItself`."""
        try:
            return self.plan(lang, lang).family in MANY_TO_MANY
        except UsageError:
            return False

    def check(self, source: str, target: str) -> None:
        """Fail now if the model is missing or has not these languages; loads no weights."""
        self.plan(source, target)
