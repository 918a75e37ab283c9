"""Tag schemes for spans over tokens: IOB1, IOB2 (BIO), BILOU (BIOES), read together, written apart.

Reading needs no scheme: ``B U S`` begin a span, ``I L E M`` go on if the label is the running one
(and begin a span otherwise, which is IOB1's rule), ``L U S E`` end it.
"""

from __future__ import annotations

from collections.abc import Sequence

TokenSpan = tuple[int, int, str]  # first token, token after the last, label

BEGINS, INSIDE, ENDS = frozenset("BUS"), frozenset("ILEM"), frozenset("LUSE")
SCHEMES = ("iob2", "iob1", "bilou")


def is_ill_formed(tag: str) -> bool:
    """True for a tag that no scheme writes, such as a part of speech."""
    return tag != "O" and not (len(tag) > 2 and tag[1] == "-" and tag[0] in BEGINS | INSIDE)


def spans_from_tags(tags: Sequence[str]) -> list[TokenSpan]:
    """Spans of a tag sequence in any of the schemes; labels may hold hyphens.

    Raises:
        ValueError: a tag that no scheme writes.
    """
    spans: list[TokenSpan] = []
    start, running = -1, ""
    for n, tag in enumerate(tags):
        if is_ill_formed(tag):
            raise ValueError(f"tag {n}: found {tag!r}, wanted 'O' or a tag such as 'B-PER'")
        prefix, label = (tag[0], tag[2:]) if tag != "O" else ("O", "")
        goes_on = start >= 0 and prefix in INSIDE and label == running
        if start >= 0 and not goes_on:
            spans.append((start, n, running))
            start = -1
        if prefix != "O" and not goes_on:
            start, running = n, label
        if prefix in ENDS and start >= 0:
            spans.append((start, n + 1, running))
            start = -1
    if start >= 0:
        spans.append((start, len(tags), running))
    return spans


def tags_from_spans(spans: Sequence[TokenSpan], length: int, scheme: str = "iob2") -> list[str]:
    """One tag for each of ``length`` tokens; the spans must not overlap.

    Raises:
        ValueError: an unknown scheme, or two spans that share a token (both are named).
    """
    if scheme not in SCHEMES:
        raise ValueError(f"found the scheme {scheme!r}, wanted one of {', '.join(SCHEMES)}")
    tags = ["O"] * length
    owner: dict[int, TokenSpan] = {}
    for span in sorted(spans):
        first, after, label = span
        for n in range(first, after):
            if n in owner:
                raise ValueError(f"the spans {owner[n]} and {span} share token {n}")
            owner[n] = span
            tags[n] = f"I-{label}"
        if scheme == "bilou":
            tags[first] = f"B-{label}"
            tags[after - 1] = f"L-{label}" if after - first > 1 else f"U-{label}"
        elif scheme == "iob2" or (
            first and tags[first - 1][2:] == label and tags[first - 1] != "O"
        ):
            tags[first] = f"B-{label}"
    return tags
