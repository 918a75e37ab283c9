"""What counts as code, a formula, a placeholder, a tag or an address, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.translation.verbatim import blocks, inline, outside


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Use `a b` and ``c ` d``.", ["`a b`", "``c ` d``"]),
        ("If $x^2 = 4$, then \\(x = 2\\).", ["$x^2 = 4$", "\\(x = 2\\)"]),
        ("See \\ref{fig:1} and \\cite[p. 3]{who}.", ["\\ref{fig:1}", "\\cite[p. 3]{who}"]),
        ("Dear {name}, {{ day }}, %s, %(n)d, %1$s, ${x} and $HOME!",
         ["{name}", "{{ day }}", "%s", "%(n)d", "%1$s", "${x}", "$HOME"]),
        ("<b>old</b> <br/> x<!-- y -->", ["<b>", "</b>", "<br/>", "<!-- y -->"]),
        ("`<b>` is bold", ["`<b>`"]),
        ("https://x.org/a?b=1, www.y.org. a@b.org", ["https://x.org/a?b=1", "www.y.org", "a@b.org"]),
        ("It cost $5 and then $6, or $7/$8.", []),
        ("100% sure, 5 < 6 & 7 > 6; {two words}", []),
        ("@bob #yes €5", []),
    ],
)  # fmt: skip
def test_inline_stretches(text: str, found: list[str]) -> None:
    assert [text[a:b] for (a, b), _ in inline(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Run:\n```sh\nls -l\n```\nDone.", ["```sh\nls -l\n```"]),
        ("a\n~~~\n```\n~~~\nb", ["~~~\n```\n~~~"]),
        ("a\n```\ncut off", ["```\ncut off"]),
        ("So\n$$\na = b\n$$\nholds.", ["$$\na = b\n$$"]),
        ("\\begin{align}\nx &= 1\n\\end{align}", ["\\begin{align}\nx &= 1\n\\end{align}"]),
        ("\\[ x \\]\nso", ["\\[ x \\]"]),
        ("<pre>\nx\n</pre>", ["<pre>\nx\n</pre>"]),
        ("- item\n  ```\n  x\n  ```\n- next", ["  ```\n  x\n  ```"]),
        ("in a sentence $$x$$ no block", []),
        ("plain text", []),
    ],
)
def test_blocks(text: str, found: list[str]) -> None:
    assert [text[a:b] for a, b in blocks(text)] == found


@given(st.text(alphabet="`$\\{}<>[]ab /%~\n.:", max_size=80))
def test_stretches_are_in_order_and_cover_nothing_twice(text: str) -> None:
    for taken in (blocks(text), [place for place, _ in inline(text)]):
        edges = [edge for place in taken for edge in place]
        assert edges == sorted(edges) and all(a < b for a, b in taken)
        rest = outside(text, taken)
        assert sum(b - a for a, b in [*taken, *rest]) == len(text)


@pytest.mark.parametrize("unit", ["$$a", "\\begin{x}", "`", "```\n", "<pre>\n", "$a ", "<a", "{{"])
def test_hostile_repetition_takes_no_time(unit: str) -> None:
    text = unit * 3000
    blocks(text)
    inline(text)
