"""The data set's card: README.md with the front matter that the Hugging Face hub reads.

Everything that comes from the data (labels, names, options) is escaped where it stands in Markdown,
and written by the YAML library in the front matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec
import yaml
from jinja2 import Environment, StrictUndefined

from projector import __version__
from projector.json_values import JsonObject
from projector.publishing.facts import Facts
from projector.publishing.known_licences import forbids_commercial_use
from projector.records import Step
from projector.text.language_codes import english_name

SIZES = (  # the hub's size categories: fewer records than the number
    (10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"), (10**8, "10M<n<100M"), (10**9, "100M<n<1B"),
)  # fmt: skip
SURE = 0.9
NONE_SAID = "-"
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$!&])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]+")


class Described(NamedTuple):
    """What the user says of the data set.

    Attributes:
        title: its heading and ``pretty_name``.
        licence: identifier of the hub's list, such as ``cc-by-4.0``; "" leaves it out.
        sources: where the source text comes from (``source_datasets``).
        description: a paragraph under the heading, as plain text.
    """

    title: str
    licence: str = ""
    sources: Sequence[str] = ()
    description: str = ""


class GoldScore(NamedTuple):
    """One line of the scores that ``xproject evaluate --json`` measured."""

    what: str
    precision: float
    recall: float
    f1: float
    gold: int


def card(
    facts: Facts,
    described: Described,
    scores: Mapping[str, object] | None = None,
    data_files: Mapping[str, str] | None = None,
) -> str:
    """The text of README.md.

    Args:
        facts: what was counted.
        scores: what ``xproject evaluate --json`` printed.
        data_files: split -> path inside the data set's folder, so that ``load_dataset`` finds them.
    """
    environment = Environment(
        finalize=_finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.from_string(
        files("projector.publishing").joinpath("card.md.j2").read_text(encoding="utf-8")
    )
    overview = facts.overview
    high = sum(overview.bins[round(SURE * len(overview.bins)) :])
    text = template.render(
        front=_Markdown(front_matter(facts, described, data_files or {})),
        title=described.title,
        description=described.description,
        facts=facts,
        version=__version__,
        sources=_listed(facts.source_languages),
        targets=_listed(facts.languages) or "a language that the records do not name",
        reviewed=sum(split.reviewed for split in facts.splits),
        options=_options,
        none_said=_Markdown(NONE_SAID),
        sure=high / overview.scored if overview.scored else 0.0,
        scores=list(gold_scores(scores or {})),
        limits=list(limits(facts)),
    )
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def front_matter(facts: Facts, described: Described, data_files: Mapping[str, str]) -> str:
    """The YAML block at the head of the card, without its fences."""
    plain: JsonObject = {
        "pretty_name": _CONTROL.sub(" ", described.title),
        "language": sorted(lang for lang, n in facts.languages.items() if n),
        "license": described.licence,
        "task_categories": facts.tasks,
        "size_categories": [size_category(facts.records)],
        "multilinguality": ["multilingual" if len(+facts.languages) > 1 else "monolingual"],
        "annotations_creators": ["machine-generated"],
        "source_datasets": list(described.sources),
        "tags": ["silver", "annotation-projection", "xproject"]
        + (["non-commercial"] if facts.non_commercial else []),
    }
    if data_files:
        listed = [{"split": split, "path": path} for split, path in data_files.items()]
        plain["configs"] = [{"config_name": "default", "data_files": listed}]
    kept = {key: value for key, value in plain.items() if value}
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)


def size_category(records: int) -> str:
    """The hub's category of a number of records."""
    return next((name for limit, name in SIZES if records < limit), "n>1T")


def licence_conflict(facts: Facts, licence: str) -> str:
    """A sentence where the data set's licence allows what a model's forbids; else ""."""
    if not facts.non_commercial or not licence or forbids_commercial_use(licence):
        return ""
    names = ", ".join(f"{m.model or m.engine} ({m.licence})" for m in facts.non_commercial)
    return (
        f"the licence {licence} allows commercial use, which the licence of a model forbids that "
        f"made the data: {names}"
    )


def gold_scores(scores: Mapping[str, object]) -> Iterator[GoldScore]:
    """The lines of a result of ``xproject evaluate --json`` that have precision and recall."""
    for layer, result in scores.items():
        if not isinstance(result, dict):
            continue
        for name, value in (("", result.get("strict", result)), *_of_labels(result)):
            try:
                row = msgspec.convert(value, dict[str, Any])
                what = f"{layer}: {name}" if name else layer
                yield GoldScore(
                    what, float(row["precision"]), float(row["recall"]), float(row["f1"]),
                    int(row.get("gold", 0)),
                )  # fmt: skip
            except (KeyError, TypeError, ValueError):
                continue


def _of_labels(result: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    labels = result.get("labels")
    for label, value in labels.items() if isinstance(labels, dict) else ():
        if isinstance(value, dict):
            yield str(label), value.get("strict", value)


def limits(facts: Facts) -> Iterator[str]:
    """What a reader must know before using the data, from the counts."""
    if facts.source_languages:
        yield (
            "The labels were carried over by a program, and the text may be a machine's "
            "translation: both have errors. Do not report scores on it as if it were gold data."
        )
    lost = sorted(
        ((reason, losses) for reason, losses in facts.overview.reasons.items() if losses.spans),
        key=lambda item: -item[1].spans,
    )
    if lost:
        listed = ", ".join(f"{reason} {losses.spans:,}" for reason, losses in lost[:8])
        yield (
            f"{sum(losses.spans for _, losses in lost):,} spans of the source are missing "
            f"({listed}): a model trained on this learns that such words have no label."
        )
    if facts.rejected:
        listed = ", ".join(f"{reason} {n:,}" for reason, n in facts.rejected.most_common(8))
        yield f"{facts.rejected.total():,} records were set aside on the way ({listed})."
    if facts.labels:
        rare = sorted(label for label, n in facts.labels.items() if n < 20)
        if rare:
            yield f"Labels with fewer than 20 spans: {', '.join(rare[:20])}."
    if facts.overview.spans and facts.overview.scored < facts.overview.projected:
        yield (
            f"{facts.overview.projected - facts.overview.scored:,} of the projected spans have no "
            "score."
        )
    unknown = [m for m in facts.licences if m.commercial_use is None]
    if unknown:
        names = ", ".join(dict.fromkeys(m.model or m.engine for m in unknown))
        yield f"The licence of these models is not known: {names}."


class _Markdown(str):
    """Text that is Markdown already and is not escaped."""


def _finalized(value: object) -> object:
    """What a template's expression writes: text is escaped, numbers and Markdown are not."""
    if isinstance(value, _Markdown) or not isinstance(value, str):
        return value
    return escaped(value)


def escaped(text: str) -> str:
    """Text on one line in which nothing is Markdown or HTML, whatever it holds."""
    return _MARKUP.sub(r"\\\1", _CONTROL.sub(" ", text)).replace("\\&", "&amp;")


def _options(step: Step) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(step.options.items()))


def _listed(languages: Mapping[str, int]) -> str:
    return ", ".join(english_name(lang) or lang for lang, n in languages.items() if n)
