"""Model families: how each kind of translation model is told its languages.

`plan` looks at the tokeniser's vocabulary and the model's configuration, not at names, so a
fine-tuned copy in any folder is recognised. It runs before weights are loaded.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from projector.errors import UsageError
from projector.text.language_codes import (
    english_name,
    find_code,
    is_known,
    no_such_language,
    same_language,
)

# Family -> the shape of a language token in the vocabulary; the group is the code itself.
_SHAPES = {
    "marian": re.compile(r">>([A-Za-z][\w-]*)<<"),
    "nllb": re.compile(r"([a-z]{3}_[A-Z][a-z]{3})"),
    "m2m100": re.compile(r"__([a-z]{2,3})__"),
    "mbart": re.compile(r"([a-z]{2}_[A-Z]{2})"),
    "madlad": re.compile(r"<2([A-Za-z]{2,3}(?:_[A-Za-z0-9]+)?)>"),
}
_BY_TYPE = {
    "marian": ("marian",),
    "m2m_100": ("nllb", "m2m100"),
    "nllb-moe": ("nllb",),
    "mbart": ("mbart",),
    "t5": ("madlad",),
    "mt5": ("madlad",),
    "umt5": ("madlad",),
}
_PLAIN_CODE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{2,4})?")


class Plan(Struct, frozen=True):
    """What one model needs for one pair of languages.

    ``source_code`` goes to ``tokenizer.src_lang`` ("" if it has none); ``prefix_ids`` stand before
    the sentence's own tokens; ``text_prefix`` before its text; ``start_id`` begins the decoder;
    ``forced_ids`` are the first tokens of every translation.
    """

    family: str
    source_code: str = ""
    target_code: str = ""
    prefix_ids: tuple[int, ...] = ()
    text_prefix: str = ""
    start_id: int = 0
    forced_ids: tuple[int, ...] = ()


def language_tokens(config: Any, tokenizer: Any) -> tuple[str, dict[str, str]]:
    """The family's name and its languages: bare code -> token ("plain" and {} if it has none)."""
    vocabulary = set(tokenizer.get_vocab()) | set(getattr(tokenizer, "lang_token_to_id", ()))
    for family in _BY_TYPE.get(config.model_type, ()):
        shape = _SHAPES[family]
        codes = {m.group(1): token for token in vocabulary if (m := shape.fullmatch(token))}
        if codes:
            return family, codes
    return "t5" if config.model_type == "t5" else "plain", {}


def plan(
    config: Any, tokenizer: Any, source: str, target: str, *, model: str, prefix: str = ""
) -> Plan:
    """How to translate from ``source`` into ``target`` with this model.

    ``prefix`` is a text put before every sentence; ``{source}`` and ``{target}`` in it become the
    languages' English names.

    Raises:
        UsageError: the model does not have one of the languages (the nearest code is named).
    """
    family, codes = language_tokens(config, tokenizer)
    text_prefix = prefix.replace("{source}", english_name(source)).replace(
        "{target}", english_name(target)
    )
    start = config.decoder_start_token_id
    if start is None:
        start = config.bos_token_id if config.bos_token_id is not None else config.pad_token_id
    if family == "marian":
        code = _code(codes, target, "to", model)
        _check_single(tokenizer, "source_lang", source, "from", model)
        return Plan(family, "", code, (tokenizer.convert_tokens_to_ids(codes[code]),),
                    text_prefix, start)  # fmt: skip
    if family == "madlad":
        code = _code(codes, target, "to", model)
        return Plan(family, "", code, (tokenizer.convert_tokens_to_ids(codes[code]),),
                    text_prefix, start)  # fmt: skip
    if family in ("nllb", "m2m100", "mbart"):
        source_code = _code(codes, source, "from", model)
        code = _code(codes, target, "to", model)
        target_id = tokenizer.convert_tokens_to_ids(codes[code])
        if family == "mbart" and type(tokenizer).__name__.startswith("MBartTokenizer"):
            # The first mBART starts its decoder with the language itself.
            return Plan(family, source_code, code, (), text_prefix, target_id)
        return Plan(family, source_code, code, (), text_prefix, start, (target_id,))
    if family == "t5" and not prefix:
        return Plan(family, text_prefix=_t5_task(config, source, target, model), start_id=start)
    _check_single(tokenizer, "source_lang", source, "from", model)
    _check_single(tokenizer, "target_lang", target, "to", model)
    return Plan(family, text_prefix=text_prefix, start_id=start)


def _code(codes: dict[str, str], wanted: str, option: str, model: str) -> str:
    found = find_code(wanted, codes)
    if found is None:
        raise no_such_language(model, option, wanted, codes)
    return found


def _check_single(tokenizer: Any, attribute: str, wanted: str, option: str, model: str) -> None:
    """A model for one language must not be used for another (OPUS-MT names its two languages)."""
    has = getattr(tokenizer, attribute, None) or ""
    if not wanted or not _PLAIN_CODE.fullmatch(has) or not is_known(has):
        return  # a group such as ROMANCE, or nothing said
    if not same_language(has, wanted):
        side = "reads" if option == "from" else "writes"
        raise UsageError(
            f"--{option}: found {wanted!r}, but {model} {side} {english_name(has)} ({has!r}) only"
        )


def _t5_task(config: Any, source: str, target: str, model: str) -> str:
    """The task prefix of an original T5, or of a copy that keeps its way of being told."""
    tasks = {
        name.removeprefix("translation_"): task.get("prefix", "")
        for name, task in (getattr(config, "task_specific_params", None) or {}).items()
        if name.startswith("translation_")
    }
    for name, prefix in tasks.items():
        a, _, b = name.partition("_to_")
        if same_language(a, source) and same_language(b, target):
            return str(prefix)
    if tasks:
        pairs = ", ".join(sorted(tasks))
        raise UsageError(
            f"--to: found {source!r} to {target!r}, wanted a pair that {model} has (it has: "
            f"{pairs}); a fine-tuned copy takes its own prefix with the option prefix='...'"
        )
    return f"translate {english_name(source)} to {english_name(target)}: "


def encode(tokenizer: Any, plan: Plan, texts: list[str]) -> list[list[int]]:
    """Token ids of each text as the encoder wants them, never cut.

    Words that look like special tokens (``</s>``, ``>>es<<``) are read as plain text.
    """
    if plan.source_code:
        tokenizer.src_lang = plan.source_code
    if hasattr(tokenizer, "remove_language_code"):  # Marian takes a leading ">>" for a code
        texts = [" " + text if text.startswith(">>") else text for text in texts]
    texts = [plan.text_prefix + text for text in _defused(tokenizer, texts)]
    ids = tokenizer(
        texts, truncation=False, split_special_tokens=True, verbose=False
    )["input_ids"]  # fmt: skip
    return [[*plan.prefix_ids, *row] for row in ids] if plan.prefix_ids else ids


def _defused(tokenizer: Any, texts: list[str]) -> list[str]:
    """A space after the first sign of what looks like a special token.

    ``split_special_tokens`` is not enough: unigram vocabularies hold ``</s>`` as a plain piece too.
    """
    specials = [token for token in tokenizer.all_special_tokens if len(token) > 1]
    if not any("<" in text or "_" in text for text in texts) or not specials:
        return texts
    pattern = re.compile("|".join(map(re.escape, specials)))
    return [pattern.sub(lambda m: f"{m[0][0]} {m[0][1:]}", text) for text in texts]


def encode_target(tokenizer: Any, plan: Plan, texts: list[str]) -> list[list[int]]:
    """Token ids of texts in the target language, without any special token."""
    if plan.source_code:  # such a tokeniser wants both languages before it does anything
        tokenizer.src_lang, tokenizer.tgt_lang = plan.source_code, plan.target_code
    ids: list[list[int]] = tokenizer(
        text_target=_defused(tokenizer, texts),
        add_special_tokens=False,
        truncation=False,
        split_special_tokens=True,
        verbose=False,
    )["input_ids"]
    return ids
