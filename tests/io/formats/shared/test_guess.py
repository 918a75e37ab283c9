"""How the format of a file is guessed from its name and its contents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import DataError, UsageError
from projector.io.formats.shared.format import Sample
from projector.io.formats.shared.guess import guess, guess_output
from projector.io.formats.shared.registry import formats


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("a.jsonl.gz", None, "jsonl"),
        ("a.CONLL", "", "conll"),
        ("a.iob2", "", "conll"),
        ("a.conllu", "", "conllu"),
        ("a.tsv", "EU B-ORG\nrejects O\n\nx O\n", "conll"),
        ("a.tsv", "EU\tB-ORG\nrejects\tO\n\nx\tO\n", "conll"),
        ("a.tsv", "Hello there\tHola\nBye\tAdiós\n", "bitext"),
        ("a.tsv", "__label__x\ta\tb\n", "text-pairs"),
        ("a.txt", "one text\nand another\n", "text"),
        ("a.txt", "0-0 1-1\n0-1\n", "pharaoh"),
        ("a.txt", "a b ||| c d\n", "fastalign"),
        ("a.json", '{"version": "1.1", "data": [', "squad"),
        ("a.json", '{"data": [', "squad"),
        ("a.json", '{"id": "a", "text": "b"}\n', "jsonl"),
    ],
)
def test_guess(tmp_path: Path, name: str, content: str | None, wanted: str) -> None:
    path = tmp_path / name
    path.write_text(content or "")
    assert guess(str(path)) == wanted


def test_what_cannot_be_guessed(tmp_path: Path) -> None:
    (tmp_path / "x.data").write_text("hm\n")
    with pytest.raises(UsageError, match="--from"):
        guess(str(tmp_path / "x.data"))
    with pytest.raises(UsageError, match="folder of no known kind"):
        guess(str(tmp_path))
    with pytest.raises(DataError, match="no such file"):
        guess(str(tmp_path / "none.tsv"))
    with pytest.raises(UsageError, match="--to"):
        guess_output("x.data")
    assert guess_output("-") == "jsonl"


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ('{"text": "Ana sings", "label": [[0, 3, "PER"]]}', "doccano"),
        ('{"text": "Ana", "entities": [{"start_offset": 0, "end_offset": 3}]}', "doccano"),
        ('{"text": "Ana sings", "label": ["music"]}', "jsonl"),
        ('{"text": "Ana sings", "entities": [[0, 3, "PER"]]}', "jsonl"),
        ('{"annot_utt": "at [time : nine]"}', "slots"),
        ('{"sentences": [["Ana", "left"]], "clusters": [[[0, 0]]]}', "coref"),
    ],
)
def test_the_contents_of_json_lines_are_believed_before_their_suffix(
    tmp_path: Path, row: str, wanted: str
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(row + "\n")
    assert guess(str(path)) == wanted
    assert guess_output(str(path)) == "jsonl"


def test_a_pipe_is_guessed_by_its_name_alone_and_not_read(tmp_path: Path) -> None:
    pipe = tmp_path / "in.conll"
    os.mkfifo(pipe)
    assert guess(str(pipe)) == "conll"
    os.rename(pipe, tmp_path / "in")
    with pytest.raises(UsageError, match="--from"):
        guess(str(tmp_path / "in"))


@settings(deadline=None)
@given(data=st.binary(max_size=80) | st.text(st.sampled_from('{["a:,]}\t\r\n|# -0'), max_size=60))
def test_no_format_fails_to_say_how_sure_it_is(data: bytes | str) -> None:
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    for found in formats():
        if found.recognises is not None:
            assert 0 <= found.recognises(Sample("a", text, whole=True)) <= 1
