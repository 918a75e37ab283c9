"""What is never translated: code, formulas, placeholders, tags, addresses.

Blocks (fenced code, displayed formulas, ``<pre>``) stand between sentences and never reach an
engine. Inline stretches stand inside a sentence; `shielded` brings them through.
"""

from __future__ import annotations

import re

from projector.records import Offsets

LONGEST_BLOCK = 20_000  # characters of a formula or <pre> that is looked for as a whole

_BLOCK = re.compile(
    rf"""
    ^[ \t]*(?P<fence>`{{3,}}|~{{3,}})[^\n`]*$
        (?:\n(?![ \t]*(?P=fence)).*$)*          # lines that do not begin with the same fence
        (?:\n[ \t]*(?P=fence)[`~]*[ \t]*$)?     # a text that was cut ends in its code
    | ^[ \t]*\$\$(?:[^$]|\\\$){{1,{LONGEST_BLOCK}}}\$\$[ \t]*$
    | ^[ \t]*\\\[(?s:.{{1,{LONGEST_BLOCK}}}?)\\\][ \t]*$
    | ^[ \t]*\\begin\{{(?P<env>\w+\*?)\}}(?s:.{{0,{LONGEST_BLOCK}}}?)\\end\{{(?P=env)\}}[ \t]*$
    | ^[ \t]*<(?P<tag>pre|script|style)\b[^<>]*>(?s:.{{0,{LONGEST_BLOCK}}}?)</(?P=tag)>[ \t]*$
    """,
    re.VERBOSE | re.MULTILINE,
)
# What stands in a sentence like a noun.
_NOUN = r"""
    https?://[^\s<>"]*[^\s<>".,;:!?)\]}] | www\.[^\s<>"]+\.[^\s<>".,;:!?)\]}]+
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+
    | (?<!`)(?P<ticks>`+)(?!`)[^\n]{1,500}?(?<!`)(?P=ticks)(?!`)
    | \$\$[^$\n]{1,500}\$\$ | \\\([^\n]{1,500}?\\\) | \\\[[^\n]{1,500}?\\\]
    | (?<![\w$\\])\$(?![\s$])[^$\n]{0,300}?[^$\s\\]\$(?![\w$])
    | \\[A-Za-z]+(?:\[[^\[\]\n]{0,100}\])?(?:\{[^{}\n]{0,200}\})+
    | \{\{[^{}\n]{1,200}\}\} | \{%[^{}\n]{1,200}%\}
    | \$?\{[^{}\s]{1,60}\} | %\(\w+\)[sdf] | %(?:\d+\$)?[sd]\b | \$[A-Za-z_]\w*
    | &(?:\#\d+|[A-Za-z]+);
"""
NOUN = re.compile(_NOUN, re.VERBOSE)
NOUN_OR_SOCIAL = re.compile(
    _NOUN + r"| (?<!\w)[@\#]\w+ | [€£§¥₹₽]\s?\d[\d.,]*\d | [€£§¥₹₽]\s?\d", re.VERBOSE
)
TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,500}>|<!--.{0,500}?-->")
# Of one tag: the slash of a closing one, its name, the slash of an empty one.
TAG_PARTS = re.compile(r"<(/?)([A-Za-z][\w:-]*)[^<>]*?(/?)>")
_HINT = re.compile(r"[`$\\{%<&@]|://|www\.")  # a text without any of these has nothing of all this


def blocks(text: str) -> list[Offsets]:
    """Stretches of whole lines that are code or formulas."""
    if not _HINT.search(text) and "~~~" not in text:
        return []
    return [match.span() for match in _BLOCK.finditer(text)]


def outside(text: str, taken: list[Offsets]) -> list[Offsets]:
    """The stretches between those taken."""
    edges = [0, *(edge for stretch in taken for edge in stretch), len(text)]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def inline(text: str, nouns: re.Pattern[str] = NOUN) -> list[tuple[Offsets, bool]]:
    """Stretches inside a sentence, in order; each with whether it stands like a noun (or is a tag
    beside the words)."""
    if nouns is NOUN and not _HINT.search(text):
        return []
    found = [(m.span(), False) for m in TAG.finditer(text)]
    found += [(m.span(), True) for m in nouns.finditer(text)]
    kept: list[tuple[Offsets, bool]] = []
    # Of two that begin at one place the longer one, so that a tag inside of code is code.
    for place, noun in sorted(found, key=lambda item: (item[0][0], -item[0][1])):
        if not kept or place[0] >= kept[-1][0][1]:
            kept.append((place, noun))
    return kept
