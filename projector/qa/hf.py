"""Questions by a sequence-to-sequence model: the engine ``hf`` of ``xproject qa``.

Two input styles are in use for such models: the answer highlighted in its context
(``generate question: He met <hl> Merkel <hl> in Berlin.``), and the answer before it
(``answer: Merkel context: He met Merkel in Berlin.``). Both are templates here, and a model that
was trained on another form takes its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from projector.engines import read_options
from projector.errors import UsageError
from projector.models.batching import in_batches
from projector.models.hub import model_folder
from projector.qa.base import Asked, Request

if TYPE_CHECKING:
    from projector.models.decoding import Output
    from projector.models.seq2seq import Seq2Seq

STYLES = {
    "highlight": "generate question: {before}{mark} {answer} {mark}{after}",
    "prefix": "answer: {answer} context: {context}",
}


class GeneratorOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``style`` is a name of `STYLES` or a template of its own with ``{answer}`` and ``{context}``
    or ``{before}`` and ``{after}``; ``mark`` is the highlight token. ``scope`` gives the model the
    ``sentence`` or the whole ``context``.
    """

    style: str = "highlight"
    mark: str = "<hl>"
    scope: str = "context"
    beam: int = 4
    max_tokens: int = 48
    batch_tokens: int = 4096
    device: str = "auto"
    precision: str = "auto"
    threads: int = 0


class HuggingFaceQuestionGenerator:
    """A T5, BART or other encoder-decoder trained to ask; ``model`` is a folder or a hub name."""

    name = "hf"
    version = ""
    needs_words = False

    def __init__(self, model: str = "", **options: object) -> None:
        if not model:
            raise UsageError("hf: found no model, wanted --model FOLDER of a question generator")
        self.model = model
        self.options = read_options(GeneratorOptions, options, self.name)
        self.template = STYLES.get(self.options.style, self.options.style)
        if "{answer}" not in self.template:
            raise UsageError(
                f"style: found {self.options.style!r}, wanted {', '.join(STYLES)} or a template "
                "with {answer} and {context}"
            )
        if self.options.scope not in ("sentence", "context"):
            raise UsageError(f"scope: found {self.options.scope!r}, wanted sentence or context")
        self._loaded: Seq2Seq | None = None

    def prompt(self, request: Request) -> str:
        """The model's input for one answer."""
        shift = request.offset if self.options.scope == "context" and request.context else 0
        text = request.context if shift or self.options.scope == "context" else request.sentence
        start, end = request.answer.start + shift, request.answer.end + shift
        return self.template.format(
            answer=text[start:end], context=text, before=text[:start], after=text[end:],
            mark=self.options.mark,
        )  # fmt: skip

    def ask(self, requests: Sequence[Request]) -> list[Asked]:
        if not requests:
            return []
        from projector.models.decoding import Decoding, search
        from projector.models.families import Plan

        model = self._load()
        rows = [model.tokenizer(self.prompt(r))["input_ids"] for r in requests]
        fits = [n for n, row in enumerate(rows) if len(row) <= model.window]
        start = model.model.generation_config.decoder_start_token_id
        plan = Plan(family="question generator", start_id=model.pad_id if start is None else start)
        how = Decoding(beam=self.options.beam)

        def run(places: list[int]) -> list[Output]:
            batch = [rows[fits[n]] for n in places]
            limits = [self.options.max_tokens] * len(batch)
            found: list[Output] = search(model, batch, plan, how, limits)
            return found

        done = in_batches(
            [len(rows[n]) for n in fits], self.options.batch_tokens, run,
            width=self.options.beam, free=model.free_memory,
        )  # fmt: skip
        out = [Asked(None, reason="the context is longer than the model's window")] * len(rows)
        if not done:
            return out
        for n, output, text in zip(fits, done, model.decode([o.ids for o in done]), strict=True):
            if not output.finished or not text:
                out[n] = Asked(None, reason="the model did not end its question")
            else:
                out[n] = Asked(text, rule=self.options.style, score=output.score)
        return out

    def _load(self) -> Seq2Seq:
        if self._loaded is None:
            from projector.models.seq2seq import Seq2Seq

            o = self.options
            folder = model_folder(self.model, self.name)
            self._loaded = Seq2Seq(folder, o.device, o.precision, threads=o.threads)
        return self._loaded

    def close(self) -> None:
        self._loaded = None
