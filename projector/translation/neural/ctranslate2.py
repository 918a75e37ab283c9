"""The engine `ctranslate2`: the same models as `hf`, converted once and several times faster.

Languages, long sentences and batches are handled as in `hf`; weights are int8 on the CPU. It has
no lexical constraints of its own: where a sentence has some, several hypotheses are made and the
one that meets most of them is taken, and said so (`hf` searches for them properly).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from projector.engines import read_options
from projector.errors import UsageError
from projector.json_values import JsonObject
from projector.models.batching import in_batches
from projector.models.families import Plan, encode, encode_target
from projector.models.hub import model_folder
from projector.text.language_codes import glue_for
from projector.translation.base import Constraint, Translation
from projector.translation.constraints import holds
from projector.translation.neural.conversion import converted_folder
from projector.translation.neural.local_model import LocalModelOptions, LocalModelTranslator
from projector.translation.neural.windowed import Piece, finish, translate_pieces

PRECISIONS = ("int8", "int8_float16", "int8_bfloat16", "int16", "float16", "bfloat16", "float32")


class CTranslate2Options(LocalModelOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine, besides those of `LocalModelOptions`.

    Attributes:
        precision: auto (int8 on the CPU, float16 on a GPU) or one of CTranslate2's names.
        hypotheses: how many are made of a sentence with constraints, to choose from.
        tokenizer: folder of the Hugging Face tokeniser, where the model is a CTranslate2 folder.
        cache_dir: where converted models are kept ("" for the user's cache folder).
    """

    hypotheses: int = 8
    tokenizer: str = ""
    cache_dir: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.hypotheses < 1:
            raise ValueError(f"hypotheses: found {self.hypotheses}, wanted 1 or more")
        if self.precision != "auto" and self.precision not in PRECISIONS:
            raise ValueError(
                f"precision: found {self.precision!r}, wanted auto, {', '.join(PRECISIONS)}"
            )


class CTranslate2Translator(LocalModelTranslator):
    """Translator and scorer over a converted model (see the module's docstring).

    Raises:
        UsageError: no model named, an unknown option, a language that the model does not have.
        EngineError: the model cannot be found, or not be converted.
    """

    name = "ctranslate2"
    Options = CTranslate2Options

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(CTranslate2Options, options, self.name)
        super().__init__(model, self.options)
        self.version = f"ctranslate2 {version('ctranslate2')}"
        self._translator: Any = None
        self._tokens: tuple[list[str], dict[str, int]] = ([], {})

    @property
    def _converted(self) -> bool:
        return (Path(self.folder) / "model.bin").exists()

    def _tokenizer_folder(self) -> str:
        folder = self.options.tokenizer
        if not folder and self._converted:
            raise UsageError(
                f"ctranslate2: {self.folder} is a converted model; name the folder of its Hugging "
                f"Face tokeniser with the option tokenizer=FOLDER"
            )
        return model_folder(folder, self.name) if folder else self.folder

    @cached_property
    def _device(self) -> str:
        import ctranslate2

        gpus = ctranslate2.get_cuda_device_count()
        wanted = self.options.device
        if wanted == "auto":
            return "cuda" if gpus else "cpu"
        kind, _, number = wanted.partition(":")
        if kind not in ("cpu", "cuda") or (kind == "cuda" and int(number or 0) >= gpus):
            raise UsageError(
                f"device: found {wanted!r}, wanted auto, cpu" + (" or cuda" if gpus else "")
            )
        return wanted

    @property
    def _precision(self) -> str:
        if self.options.precision != "auto":
            return self.options.precision
        return "int8" if self._device == "cpu" else "float16"

    def identity(self) -> JsonObject:
        """As that of `hf`, and the precision that this machine makes of ``auto``."""
        return {**super().identity(), "precision": self._precision}

    @property
    def translator(self) -> Any:
        """The loaded ``ctranslate2.Translator``."""
        if self._translator is None:
            import ctranslate2

            device, _, number = self._device.partition(":")
            folder = self.folder
            if not self._converted:
                stored = "float16" if device == "cuda" else self._precision
                folder = converted_folder(folder, stored, self.options.cache_dir)
            self._translator = ctranslate2.Translator(
                folder,
                device=device,
                device_index=int(number or 0),
                compute_type=self._precision,
                inter_threads=1,
                intra_threads=self.options.threads,
            )
            self._tokens = _vocabulary(folder)
            if self.options.sample:
                ctranslate2.set_random_seed(self.options.seed)
        return self._translator

    def translate(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[Translation]:
        """Translate sentences; see `base.Translator`. Blank ones come back empty at once."""
        from projector.models.seq2seq import window

        language_plan = self.plan(source, target)
        return translate_pieces(
            sentences,
            constraints,
            lambda texts: encode(self._tokenizer[1], language_plan, texts),
            lambda pieces: self._run(pieces, language_plan, target),
            window=self.options.max_source_tokens or window(*self._tokenizer),
            long=self.options.long,
            glue=glue_for(target),
        )

    def _prefix(self, language_plan: Plan) -> list[str]:
        """The first tokens of every translation, as CTranslate2 wants to be told them."""
        ids = language_plan.forced_ids
        if language_plan.family == "mbart" and not ids:
            ids = (language_plan.start_id,)
        return [self._tokens[0][n] for n in ids]

    def _run(self, pieces: list[Piece], language_plan: Plan, target: str) -> list[Translation]:
        options, translator = self.options, self.translator
        prefix = self._prefix(language_plan)
        tokens, ids = self._tokens
        most = int(getattr(self._tokenizer[0], "max_position_embeddings", 0) or 0)

        def batch(places: list[int]) -> list[list[tuple[list[int], float, bool]]]:
            several = any(pieces[n].constraints for n in places)
            beam = max(options.beam, options.hypotheses) if several else options.beam
            rows = [[tokens[t] for t in pieces[n].ids] for n in places]
            longest = int(options.max_ratio * max(map(len, rows))) + 40
            done = translator.translate_batch(
                rows,
                target_prefix=[prefix] * len(rows) if prefix else None,
                beam_size=1 if options.sample else beam,
                num_hypotheses=options.hypotheses if several else 1,
                length_penalty=options.length_penalty,
                repetition_penalty=options.repetition_penalty,
                no_repeat_ngram_size=options.no_repeat_ngram,
                sampling_topk=options.top_k if options.sample else 1,
                sampling_topp=options.top_p,
                sampling_temperature=options.temperature,
                max_input_length=0,
                max_decoding_length=min(longest, most - 2) if most else longest,
                return_scores=True,
                return_end_token=True,
            )
            return [
                [
                    self._hypothesis([ids[t] for t in found], score, len(prefix), len(row))
                    for found, score in zip(result.hypotheses, result.scores, strict=True)
                ]
                for result, row in zip(done, rows, strict=True)
            ]

        groups = [[n for n, p in enumerate(pieces) if bool(p.constraints) == c] for c in (0, 1)]
        results: list[Translation | None] = [None] * len(pieces)
        for group in groups:
            found = in_batches(
                [len(pieces[n].ids) for n in group],
                options.batch_tokens or (4096 if self._device == "cpu" else 32768),
                lambda places, group=group: batch([group[n] for n in places]),  # type: ignore[misc]
                width=1 if options.sample else options.beam,
            )
            for n, hypotheses in zip(group, found, strict=True):
                results[n] = self._choose(hypotheses, pieces[n], target)
        return [result for result in results if result is not None]

    def _hypothesis(
        self, ids: list[int], score: float, prefix: int, source_tokens: int
    ) -> tuple[list[int], float, bool]:
        ids = ids[prefix:]
        end = self._tokenizer[1].eos_token_id
        finished = bool(ids) and ids[-1] == end
        ids = ids[:-1] if finished else ids
        finished = finished and len(ids) <= int(self.options.max_ratio * source_tokens) + 40
        # CTranslate2 divides the sum by the length (prefix and end counted) to the penalty.
        length = max(1, len(ids) + finished)
        total = score * (length + prefix) ** self.options.length_penalty
        return ids, total / length, finished

    def _choose(
        self, hypotheses: list[tuple[list[int], float, bool]], piece: Piece, target: str
    ) -> Translation:
        ended = [h for h in hypotheses if h[2]] or hypotheses[:1]
        texts = [
            text.strip()
            for text in self._tokenizer[1].batch_decode(
                [ids for ids, _, _ in ended],
                skip_special_tokens=True,
                clean_up_tokenization_spaces=False,
            )
        ]
        met = [[holds(text, wanted, target) for wanted in piece.constraints] for text in texts]
        best = max(range(len(texts)), key=lambda n: (sum(met[n]), -n))
        ids, score, finished = ended[best]
        return finish(texts[best], score, finished, len(ids), met[best])

    def score(
        self, sentences: Sequence[str], translations: Sequence[str], source: str, target: str
    ) -> list[float]:
        """Mean log-probability of each token of given translations (end token included)."""
        language_plan, translator = self.plan(source, target), self.translator
        tokens, _ = self._tokens
        prefix = self._prefix(language_plan)
        tokenizer = self._tokenizer[1]
        rows = [[tokens[t] for t in row] for row in encode(tokenizer, language_plan, [*sentences])]
        targets = [
            prefix + [tokens[t] for t in row]
            for row in encode_target(tokenizer, language_plan, [*translations])
        ]

        def batch(places: list[int]) -> list[float]:
            done = translator.score_batch(
                [rows[n] for n in places], [targets[n] for n in places], max_input_length=0
            )
            kept = [result.log_probs[len(prefix) :] for result in done]
            return [sum(row) / len(row) for row in kept]

        lengths = [len(a) + len(b) for a, b in zip(rows, targets, strict=True)]
        budget = self.options.batch_tokens or (4096 if self._device == "cpu" else 32768)
        return in_batches(lengths, budget, batch)

    def close(self) -> None:
        """Free the model."""
        self._translator = None


def _vocabulary(folder: str) -> tuple[list[str], dict[str, int]]:
    """Tokens by id and ids by token of a converted model."""
    for name in ("shared_vocabulary.json", "target_vocabulary.json"):
        path = Path(folder) / name
        if path.exists():
            tokens = json.loads(path.read_text(encoding="utf-8"))
            return tokens, {token: n for n, token in enumerate(tokens)}
    lines = (Path(folder) / "shared_vocabulary.txt").read_text(encoding="utf-8").splitlines()
    return lines, {token: n for n, token in enumerate(lines)}
