"""The engine `hf`: any Hugging Face encoder-decoder, from a local folder or the hub.

Languages are set by family (`families`), sentences go in length-sorted batches (`batching`), too
long ones are cut and joined (`long_sentences`), constraints by our own beam search (`decoding`).
Weights load at the first sentence; `check` reads only configuration and tokeniser.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from msgspec import structs

from projector.engines import read_options
from projector.models.batching import in_batches
from projector.models.families import Plan, encode, encode_target
from projector.text.language_codes import glue_for
from projector.translation.base import Constraint, Translation
from projector.translation.constraints import holds
from projector.translation.neural.local_model import LocalModelOptions, LocalModelTranslator
from projector.translation.neural.windowed import Piece, finish, translate_pieces

if TYPE_CHECKING:
    from projector.models.decoding import Decoding, Output
    from projector.models.huggingface_model import HuggingFaceModel
    from projector.models.seq2seq import Seq2Seq


class HfOptions(LocalModelOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine, besides those of `LocalModelOptions`.

    Attributes:
        early_stopping: as in transformers.
    """

    early_stopping: bool = False


class HuggingFaceTranslator(LocalModelTranslator):
    """Translator and scorer over a sequence-to-sequence model (see the module's docstring).

    Raises:
        UsageError: no model named, an unknown option, a language that the model does not have.
        EngineError: the model cannot be found, downloaded or loaded.
    """

    name = "hf"
    Options = HfOptions

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(HfOptions, options, self.name)
        super().__init__(model, self.options)
        self.version = f"transformers {version('transformers')}"
        self._seq2seq: Seq2Seq | None = None

    @property
    def seq2seq(self) -> Seq2Seq:
        """The loaded model."""
        if self._seq2seq is None:
            from projector.models.seq2seq import Seq2Seq

            options = self.options
            self._seq2seq = Seq2Seq(
                self.folder, options.device, options.precision, threads=options.threads
            )
        return self._seq2seq

    def model_for(self, source: str, target: str) -> HuggingFaceModel:
        """See `projector.models.translation_model.HasModels`."""
        from projector.models.huggingface_model import HuggingFaceModel

        settings = self.plan(source, target)
        return HuggingFaceModel(self.seq2seq, settings, self.options.batch_tokens)

    def translate(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[Translation]:
        """Translate sentences; see `base.Translator`. Blank ones come back empty at once."""
        language_plan = self.plan(source, target)

        def encoded(texts: list[str]) -> list[list[int]]:
            return encode(self._tokenizer[1], language_plan, texts)

        return translate_pieces(
            sentences,
            constraints,
            encoded,
            lambda pieces: self._run(pieces, language_plan, target),
            window=self._window(),
            long=self.options.long,
            glue=glue_for(target),
        )

    def _window(self) -> int:
        from projector.models.seq2seq import window

        return self.options.max_source_tokens or window(*self._tokenizer)

    def _run(self, pieces: list[Piece], language_plan: Plan, target: str) -> list[Translation]:
        """Translations of pieces that all fit the model, in their order."""
        from projector.models.decoding import search

        model, options = self.seq2seq, self.options
        decoding = self._decoding()

        def batch(places: list[int]) -> list[Output]:
            rows = [pieces[n].ids for n in places]
            limits = [self._limit(len(row)) for row in rows]
            keys = [pieces[n].text for n in places]
            free: list[Output] = search(model, rows, language_plan, decoding, limits, keys)
            if not any(pieces[n].constraints for n in places):
                return free
            mine = [pieces[n] for n in places]
            return self._constrained(mine, rows, free, language_plan, limits, target)

        width = 1 if options.sample else options.beam
        budget = options.batch_tokens or (4096 if model.device == "cpu" else 32768)
        # Constrained and free sentences go apart: the free ones must not pay for the others.
        groups = [[n for n, p in enumerate(pieces) if bool(p.constraints) == c] for c in (0, 1)]
        outputs: list[Output | None] = [None] * len(pieces)
        for group in groups:
            lengths = [len(pieces[n].ids) for n in group]
            done = in_batches(
                lengths,
                budget,
                lambda places, group=group: batch([group[n] for n in places]),  # type: ignore[misc]
                width=width,
                free=model.free_memory,
            )
            for n, output in zip(group, done, strict=True):
                outputs[n] = output
        made = [output for output in outputs if output is not None]
        texts = model.decode([output.ids for output in made])
        return [
            finish(text, output.score, output.finished, len(output.ids), output.met)
            for text, output in zip(texts, made, strict=True)
        ]

    def _constrained(
        self,
        pieces: list[Piece],
        rows: list[list[int]],
        free: list[Output],
        language_plan: Plan,
        limits: list[int],
        target: str,
    ) -> list[Output]:
        """Search again where the free translation lacks a phrase; what holds is told by the text.

        A phrase may stand in a translation cut into other tokens than when it stands alone, so the
        text has the last word.
        """
        from projector.models.huggingface_constraints import constrained_translations

        model, spaced = self.seq2seq, glue_for(target) != ""

        def held(outputs: list[Output]) -> list[list[bool]]:
            texts = model.decode([output.ids for output in outputs])
            return [
                [
                    holds(text, wanted, target) or bool(output.met and output.met[n])
                    for n, wanted in enumerate(piece.constraints)
                ]
                for text, piece, output in zip(texts, pieces, outputs, strict=True)
            ]

        outputs = list(free)
        again = [n for n, met in enumerate(held(free)) if not (free[n].finished and all(met))]
        phrases = [
            [
                encode_phrases(model.tokenizer, language_plan, wanted, spaced)
                for wanted in pieces[n].constraints
            ]
            for n in again
        ]
        found = constrained_translations(
            model,
            [rows[n] for n in again],
            phrases,
            language_plan,
            self._decoding(),
            [limits[n] for n in again],
            free=[free[n] for n in again],
            spaced=spaced,
        )
        for n, output in zip(again, found, strict=True):
            outputs[n] = output
        return [
            structs.replace(output, met=met)
            for output, met in zip(outputs, held(outputs), strict=True)
        ]

    def _limit(self, source_tokens: int) -> int:
        most = int(getattr(self.seq2seq.config, "max_position_embeddings", 0) or 0)
        limit = int(self.options.max_ratio * source_tokens) + 40
        return min(limit, most - 2) if most else limit

    def _decoding(self) -> Decoding:
        from projector.models.decoding import Decoding

        mine = structs.asdict(self.options)
        return Decoding(**{f: mine[f] for f in Decoding.__struct_fields__})

    def score(
        self, sentences: Sequence[str], translations: Sequence[str], source: str, target: str
    ) -> list[float]:
        """Mean log-probability of each token of given translations (end token included)."""
        pairs = list(zip(sentences, translations, strict=True))
        return self.model_for(source, target).mean_scores(pairs)

    def close(self) -> None:
        """Free the model."""
        if self._seq2seq is not None:
            self._seq2seq.free_memory()
        self._seq2seq = None


def encode_phrases(
    tokenizer: Any, plan: Plan, wanted: Sequence[str], spaced: bool = True
) -> list[list[int]]:
    """Token ids of the alternatives of one constraint (empty ones left out).

    Tokenisers mark the beginning of a text as they mark a space. Where words are not spaced, each
    alternative is also given without that mark, as it is found inside a text.
    """
    phrases = [phrase.strip() for phrase in wanted if phrase.strip()]
    found = [ids for ids in encode_target(tokenizer, plan, phrases) if ids] if phrases else []
    if spaced:
        return found
    known = tokenizer.get_vocab()
    for ids in list(found):
        bare = str(tokenizer.convert_ids_to_tokens(ids[0])).removeprefix("▁")
        rest = ids[1:] if not bare else [known[bare], *ids[1:]] if bare in known else []
        if rest and rest != ids:
            found.append(rest)
    return found
