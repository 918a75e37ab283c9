"""TSV bitext, fast_align's text and Pharaoh links: to and from pairs."""

from __future__ import annotations

from pathlib import Path

import pytest

from projector.errors import DataError, UsageError
from projector.io.formats import read, read_lines, write
from projector.io.formats.shared.links import format_links, parse_links
from projector.records import Document, Pair


def test_bitext_with_and_without_links(tmp_path: Path) -> None:
    path = tmp_path / "en-es.tsv"
    path.write_text("Hello , you\tHola , tú\t0-0 1-1 2-2\nBye now\tAdiós\n")
    first, second = read(path, options={"source_lang": "en", "target_lang": "es"})
    assert isinstance(first, Pair)
    assert isinstance(second, Pair)
    assert first.alignment == [(0, 0, 1.0), (1, 1, 1.0), (2, 2, 1.0)]
    assert first.target.words() == ["Hola", ",", "tú"]
    assert (first.source.lang, first.target.lang) == ("en", "es")
    assert second.alignment is None
    assert second.source.tokens is None
    write([first, second], tmp_path / "out.tsv", "bitext")
    assert (tmp_path / "out.tsv").read_text() == path.read_text()


def test_bitext_keeps_further_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("a\tb\t0.93\tnews\n")
    (pair,) = read(path)
    assert pair.meta == {"columns": ["0.93", "news"]}


def test_bad_bitext_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_bytes(b"a\tb\nalone\n\tb\na b\tc\t0-0 5-0\na\tb\xff\n")
    lines = list(read_lines(path, "bitext"))
    assert [line.error.reason if line.error else "" for line in lines] == [
        "",
        "bad_columns",
        "bad_columns",
        "bad_link",
        "invalid_utf8",
    ]


def test_fast_align_text(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("a b ||| c d\n")
    (pair,) = read(path)
    assert isinstance(pair, Pair)
    assert pair.alignment is None
    assert pair.target.tokens == [(0, 1), (2, 3)]
    write([pair], tmp_path / "out.txt", "fastalign")
    assert (tmp_path / "out.txt").read_text() == path.read_text()
    untokenised = Pair("p", Document("p", "Hi, you", "en"), Document("p", "a b ||| c", "es"))
    write([untokenised], tmp_path / "out2.txt", "fastalign")
    line = (tmp_path / "out2.txt").read_text()
    assert line.startswith("Hi , you ||| ")
    assert line.count(" ||| ") == 1


def test_pharaoh_links_onto_their_pairs(tmp_path: Path) -> None:
    write([Pair("p", Document("p", "a b"), Document("p", "c d"))], tmp_path / "base.jsonl", "jsonl")
    links = tmp_path / "x.talp"
    links.write_text("0-1 1-0:0.25\n")
    (pair,) = read(links, options={"base": str(tmp_path / "base.jsonl")})
    assert isinstance(pair, Pair)
    assert pair.alignment == [(0, 1, 1.0), (1, 0, 0.25)]
    write([pair], tmp_path / "out.talp", "pharaoh")
    assert (tmp_path / "out.talp").read_text() == "0-1 1-0\n"
    write([pair], tmp_path / "out2.talp", "pharaoh", {"probabilities": "yes"})
    assert (tmp_path / "out2.talp").read_text() == "0-1:1 1-0:0.25\n"
    with pytest.raises(UsageError, match="--base"):
        list(read(links))
    links.write_text("0-0\n0-0\n")
    with pytest.raises(DataError, match="more lines"):
        list(read(links, options={"base": str(tmp_path / "base.jsonl")}))
    links.write_text("0-7\n")
    with pytest.raises(DataError, match=r"x\.talp:1: .*0-7"):
        list(read(links, options={"base": str(tmp_path / "base.jsonl")}))


def test_links() -> None:
    assert parse_links("1?2 0-0 0-0:0.5 3p4") == [(0, 0, 1.0), (1, 2, 0.5), (3, 4, 0.5)]
    assert format_links([(1, 2, 0.5), (0, 0, 1.0)]) == "0-0 1-2"
    for bad in ("1-", "a-b", "1-2:3", "1_2", "99999999999999999999-1"):
        with pytest.raises(DataError, match="found"):
            parse_links(bad)


def test_documents_are_no_pairs(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="wanted a pair"):
        write([Document("d", "x")], tmp_path / "x.tsv", "bitext")
    with pytest.raises(DataError, match="--side"):
        write([Pair("p", Document("p", "x"), Document("p", "y"))], tmp_path / "x.conll", "conll")
    assert list(tmp_path.iterdir()) == []
