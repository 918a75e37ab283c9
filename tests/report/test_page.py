"""The report: counts over everything, one page that fetches nothing and lets nothing through."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from projector.errors import UsageError
from projector.records import Document, Dropped, Pair, Span, Step
from projector.report.data import embedded, gather
from projector.report.page import write_report

EVIL = 'x </script><img src=y onerror="alert(1)"> & <!-- é😀'


def pair(name: str = "p", score: float = 0.9, text: str = "Ana ríe 😀 hoy.") -> Pair:
    source = Document(name, "Ann laughs today.", "en", tokens=[(0, 3), (4, 10), (11, 16)],
                      spans=[Span("a", 0, 3, "PER"), Span("b", 11, 16, "DATE")])  # fmt: skip
    target = Document(
        name, text, "es", tokens=[(0, 3)], spans=[Span("a", 0, 3, "PER", score=score)]
    )
    return Pair(name, source, target, [(0, 0, 0.8)], steps=[Step("project", "match")],
                dropped=[Dropped("no_links", "no aligned target words", span="b", label="DATE")])  # fmt: skip


def page(tmp_path: Path, *pairs: Pair, **options: object) -> str:
    path = tmp_path / "r.html"
    write_report(pairs, path, **options)  # type: ignore[arg-type]
    return path.read_text(encoding="utf-8")


def data_of(html: str) -> list[dict[str, object]]:
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', html, re.S)
    assert found
    return json.loads(found[1])


def test_counts_are_over_all_records_and_texts_of_a_sample(tmp_path: Path) -> None:
    html = page(tmp_path, *(pair(f"p{n}") for n in range(30)), sample=5)
    assert len(data_of(html)) == 5
    assert "<dd>30</dd>" in html
    assert "<dd>60</dd>" in html
    assert "Shows 5 of 30 records" in html


def test_the_worst_are_shown_in_input_order() -> None:
    pairs = [pair(f"p{n}", score=n / 10) for n in range(10)]
    clean = [Pair(p.id, p.source, p.target, p.alignment) for p in pairs]
    overview, shown = gather(clean, 3, worst=True)
    assert [p.id for p in shown] == ["p0", "p1", "p2"]
    assert overview.records == 10
    assert sum(overview.bins) == 10


def test_a_sample_is_the_same_every_time() -> None:
    pairs = [pair(f"p{n}") for n in range(50)]
    first, again = (gather(pairs, 7, worst=False)[1] for _ in range(2))
    assert [p.id for p in first] == [p.id for p in again]


def test_nothing_in_a_record_becomes_markup(tmp_path: Path) -> None:
    given = pair(text=EVIL, name=EVIL)
    html = page(tmp_path, given, title=EVIL)
    assert "<img" not in html
    assert html.count("</script>") == 2
    assert data_of(html)[0]["t"]["text"] == EVIL  # type: ignore[index]


def test_the_page_fetches_nothing(tmp_path: Path) -> None:
    html = page(tmp_path, pair())
    assert not re.search(r'(src|href)\s*=\s*"(?!#)', html)
    assert "url(" not in html
    assert "@import" not in html


def test_offsets_count_as_the_script_counts() -> None:
    text = "😀 Ana"
    target = Document("p", text, "es", tokens=[(2, 5)], spans=[Span("a", 2, 5, "PER")])
    side = embedded(Pair("p", Document("p", "Ann", "en"), target))["t"]
    assert side["tok"] == [[3, 6]]
    units = text.encode("utf-16-le")
    assert units[2 * 3 : 2 * 6].decode("utf-16-le") == "Ana"


def test_reasons_and_what_was_dropped(tmp_path: Path) -> None:
    html = page(tmp_path, pair())
    assert "no_links" in html
    assert data_of(html)[0]["d"][0]["what"] == "today"  # type: ignore[index]


def test_an_existing_page_is_not_replaced(tmp_path: Path) -> None:
    page(tmp_path, pair())
    with pytest.raises(UsageError, match="--force"):
        page(tmp_path, pair())


def test_documents_alone_can_be_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    assert write_report([pair().source], path) == 1


def test_no_records_at_all(tmp_path: Path) -> None:
    assert "<dd>0</dd>" in page(tmp_path)


def test_the_sums_agree_whatever_was_dropped_beside_spans() -> None:
    given = pair()
    given.dropped.extend([
        Dropped("span_dropped", relation=0),
        Dropped("span_dropped", cluster=0),
        Dropped("said_twice", span="b"),
    ])  # fmt: skip
    silent = Pair("q", given.source, Document("q", "Nada.", "es"), [])
    overview, _ = gather([given, silent], 0, worst=False)
    spans = {reason: losses.spans for reason, losses in overview.reasons.items()}
    assert spans == {"no_links": 1, "span_dropped": 0, "not projected": 2}
    assert overview.spans == overview.projected + sum(spans.values())
    assert overview.dropped_kinds() == ["spans", "relations", "clusters"]


def test_the_table_of_reasons_has_a_column_a_kind(tmp_path: Path) -> None:
    given = pair()
    given.dropped.append(Dropped("span_dropped", relation=0))
    html = page(tmp_path, given)
    assert '<th scope="col">spans</th><th scope="col">relations</th></tr>' in html
    assert '<th scope="row">together</th><td>1</td><td>1</td>' in html


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [("ink", "paper"), ("ink", "card"), ("ink", "lost"), ("ink", "lit"), ("ink", "word"),
     ("soft", "paper"), ("soft", "card"), ("warn", "card")],
)  # fmt: skip
def test_text_can_be_read(tmp_path: Path, scheme: str, ink: str, ground: str) -> None:
    html = page(tmp_path, pair())
    blocks = re.findall(r":root \{(.*?)\}", html, re.S)
    colours = dict(re.findall(r"--(\w+): (#\w{6})", blocks[scheme == "dark"]))
    light, dark = sorted((_luminance(colours[ink]), _luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_estimates_of_the_translations_are_drawn_where_there_are_any(tmp_path: Path) -> None:
    quality = {"translation_quality": 0.62}
    one = Pair(pair().id, pair().source, pair().target, pair().alignment, meta=quality)
    html = page(tmp_path, one, pair("q"))
    assert "1 translations are estimated at 0.60 to 0.65" in html
    assert "<dt>translation quality</dt><dd>0.62</dd>" in html
    assert gather([pair("q")], 1, worst=False)[0].estimated == 0
