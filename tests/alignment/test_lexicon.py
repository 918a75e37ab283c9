"""Lexicons: trained ones, word lists, dictd dictionaries, and the command that makes them."""

from __future__ import annotations

import gzip
from pathlib import Path

import msgspec
import numpy as np
import pytest
import zstandard

from projector.alignment.base import TokenPair
from projector.alignment.hmm.aligner import HmmAligner
from projector.alignment.hmm.dictd import article_pairs, decode_number, read_dictd
from projector.alignment.hmm.kernels import REACH
from projector.alignment.hmm.lexicon import MAGIC, load_lexicon
from projector.alignment.symmetrise import decode
from projector.cli.lexicon import import_words, train
from projector.cli.main import main
from projector.errors import DataError, UsageError

WORDS = {
    "dog": "hund",
    "cat": "katze",
    "tree": "baum",
    "moon": "mond",
    "bread": "brot",
    "king": "könig",
}
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def bitext(folder: Path) -> str:
    """All ordered triples of distinct words, the translation in reverse order."""
    path = folder / "en-de.tsv"
    names = list(WORDS)
    triples = [(a, b, c) for a in names for b in names for c in names if len({a, b, c}) == 3]
    lines = [" ".join(t) + "\t" + " ".join(WORDS[w] for w in t[::-1]) for t in triples]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


NEW = TokenPair(["moon", "king", "dog"], ["hund", "könig", "mond"])
TRUE = {(0, 2), (1, 1), (2, 0)}


def test_a_trained_lexicon_aligns_one_sentence_as_its_bitext_would(tmp_path: Path) -> None:
    model = str(tmp_path / "en-de.lexicon")
    assert train([bitext(tmp_path)], model, "", "", [], force=False) == 120
    without = HmmAligner()
    without.fit(iter([NEW]), "en", "de")
    assert decode(without.align([NEW], "en", "de")[0]) != TRUE
    for given in ({"lexicon": [model]}, {"model": model}):
        aligner = HmmAligner(**given)
        aligner.fit(iter([NEW]), "en", "de")
        assert decode(aligner.align([NEW], "en", "de")[0]) == TRUE


def test_training_twice_writes_the_same_bytes_and_reads_back(tmp_path: Path) -> None:
    text = bitext(tmp_path)
    one, two = tmp_path / "one", tmp_path / "two"
    train([text], str(one), "en", "de", [], force=False)
    train([text], str(two), "en", "de", [], force=False)
    assert one.read_bytes() == two.read_bytes()
    lexicon = load_lexicon(str(one))
    assert lexicon.languages == ("en", "de")
    known = lexicon.views["form"]
    best = int(
        np.argmax(np.where(known.entry_source == known.source.index("moon"), known.count, 0))
    )
    assert known.target[known.entry_target[best]] == "mond"


def test_a_damaged_lexicon_is_an_error_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "bad"
    for data in (MAGIC, MAGIC + b"nonsense", MAGIC + b"\x28\xb5\x2f\xfd\x00\x00"):
        path.write_bytes(data)
        with pytest.raises(DataError, match="damaged"):
            HmmAligner(lexicon=[str(path)])


def test_a_lexicon_of_another_version_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(MAGIC + zstandard.compress(msgspec.msgpack.encode({"version": 1, "x": 2})))
    with pytest.raises(DataError, match="train it anew"):
        load_lexicon(str(path))


def test_a_lexicon_remembers_the_steps_of_words(tmp_path: Path) -> None:
    """ "moon" is said in two words; a corpus too small to learn that is told by the lexicon."""
    text = Path(bitext(tmp_path))
    text.write_text(text.read_text("utf-8").replace("mond", "heller mond"), "utf-8")
    model = str(tmp_path / "en-de.lexicon")
    train([str(text)], model, "en", "de", [], force=False)
    known = load_lexicon(model).views["form"].jumps_source
    names = [load_lexicon(model).views["form"].source[unit] for unit in known.units]
    assert set(WORDS) <= set(names)
    stays = dict(zip(names, known.counts[1:, REACH] / known.counts[1:].sum(1), strict=True))
    assert stays["moon"] > 3 * stays["king"]
    aligner = HmmAligner(lexicon=[model])
    aligner.fit(iter([NEW]), "en", "de")
    learnt = aligner._models["form"]
    row = learnt.parameters.row_s[learnt.source.find("moon")]
    assert row > 0, "though it stands here once only"
    assert learnt.parameters.step_s[row, REACH] > 2 * learnt.parameters.step_s[0, REACH]


def test_a_word_list_decides_where_the_corpus_cannot(tmp_path: Path) -> None:
    words = tmp_path / "words.tsv"
    words.write_text("# comment\nmoon\tmond\nking\tkönig\t0.8\ndog\thund\n", encoding="utf-8")
    aligner = HmmAligner(lexicon=[str(words)])
    aligner.fit(iter([NEW]), "en", "de")
    assert decode(aligner.align([NEW], "en", "de")[0], 0.4) == TRUE


@pytest.mark.parametrize("line", ["only one column", "a\tb\tmuch", "a\tb\t-1"])
def test_a_bad_line_of_a_word_list_is_named(tmp_path: Path, line: str) -> None:
    words = tmp_path / "words.tsv"
    words.write_text(f"a\tb\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"words\.tsv:2"):
        load_lexicon(str(words))


def number(value: int) -> str:
    out = ""
    while True:
        out = DIGITS[value % 64] + out
        value //= 64
        if not value:
            return out


def dictionary(folder: Path) -> Path:
    """A dictionary of three articles as dictd has it."""
    articles = [
        ("00databaseinfo", "00databaseinfo\nabout: this, that\n"),
        (
            "moon",
            "moon /muːn/\n1. Mond <masc>, Trabant [astr.]\n   Synonyms: {satellite}\n\n see: {sun}\n",
        ),
        ("go out", "go out /ɡəʊ aʊt/\nausgehen; fortgehen (abends)\n"),
    ]
    data, index = b"", ""
    for word, article in articles:
        raw = article.encode()
        index += f"{word}\t{number(len(data))}\t{number(len(raw))}\n"
        data += raw
    (folder / "tiny.dict.dz").write_bytes(gzip.compress(data))
    (folder / "tiny.index").write_text(index, encoding="utf-8")
    return folder / "tiny"


def test_dictd_articles_give_translations_without_notes(tmp_path: Path) -> None:
    name = dictionary(tmp_path)
    wanted = [
        ("moon", "Mond"),
        ("moon", "Trabant"),
        ("go out", "ausgehen"),
        ("go out", "fortgehen"),
    ]
    for form in (name, f"{name}.index", f"{name}.dict.dz"):
        assert list(read_dictd(str(form))) == wanted
    assert [decode_number(x) for x in ("A", "B", "/", "BA", "EFb")] == [0, 1, 63, 64, 16731]


def test_braces_and_pronunciations_leave_no_traces() -> None:
    article = "right brace /ɹˈaɪt/\nKlammer <fem> {pl} [math.]; schließende Klammer\n"
    assert list(article_pairs(article)) == [
        ("right brace", "Klammer"), ("right brace", "schließende Klammer"),
    ]  # fmt: skip


def test_a_dictionary_with_another_ones_index_is_an_error(tmp_path: Path) -> None:
    name = dictionary(tmp_path)
    Path(f"{name}.index").write_text("far\tZZZ\tB\n", encoding="utf-8")
    with pytest.raises(DataError, match="do not belong together"):
        list(read_dictd(str(name)))
    with pytest.raises(DataError, match="no dictionary"):
        list(read_dictd(str(tmp_path / "nothing")))


def test_a_dictionary_that_unpacks_out_of_proportion_is_refused(tmp_path: Path) -> None:
    name = dictionary(tmp_path)
    Path(f"{name}.dict.dz").write_bytes(gzip.compress(bytes(200_000_000), 9))
    with pytest.raises(DataError, match="bytes unpacked"):
        list(read_dictd(str(name)))
    Path(f"{name}.dict.dz").write_bytes(b"no gzip")
    with pytest.raises(DataError, match="damaged gzip"):
        list(read_dictd(str(name)))


def test_a_dictionary_without_entries_leaves_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = dictionary(tmp_path)
    Path(f"{name}.index").write_text("", encoding="utf-8")
    assert main(["lexicon", "import", str(name), "-o", str(tmp_path / "out.tsv")]) == 3
    assert "found no entries" in capsys.readouterr().err
    assert not (tmp_path / "out.tsv").exists()


def test_the_command_imports_swaps_and_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "list.tsv.gz"
    assert main(["lexicon", "import", str(dictionary(tmp_path)), "-o", str(out), "--swap"]) == 0
    assert "Mond\tmoon\t1" in gzip.decompress(out.read_bytes()).decode()
    assert main(["lexicon", "import", str(tmp_path / "tiny"), "-o", str(out)]) == 2
    assert main(["lexicon", "make", "x", "-o", str(tmp_path / "n")]) == 2
    assert "train or import" in capsys.readouterr().err
    assert main(["lexicon", "train", str(tmp_path / "none.tsv"), "-o", str(tmp_path / "n")]) == 2


def test_importing_tsv_keeps_the_highest_weight(tmp_path: Path) -> None:
    one = tmp_path / "one.tsv"
    one.write_text("a\tb\t0.5\na\tb\t0.9\n", encoding="utf-8")
    assert import_words([str(one)], str(tmp_path / "out.tsv"), swap=False, force=False) == 1
    assert (tmp_path / "out.tsv").read_text() == "a\tb\t0.9\n"


def test_languages_must_be_known_to_train(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("a\tb\n", encoding="utf-8")
    with pytest.raises(UsageError, match="--from"):
        train([str(path)], str(tmp_path / "out"), "", "", [], force=False)


@pytest.mark.parametrize("field", ["count", "null_source", "total_target", "walked_source"])
@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_trained_lexicon_with_impossible_counts_is_refused(
    tmp_path: Path, field: str, value: float
) -> None:
    model = tmp_path / "en-de.lexicon"
    train([bitext(tmp_path)], str(model), "", "", [], force=False)
    packed = model.read_bytes()[len(MAGIC) :]
    stored = msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(packed))
    for view in stored["views"].values():
        numbers = np.frombuffer(view[field], "<f4").copy()
        numbers[-1] = value
        view[field] = numbers.tobytes()
    changed = zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(stored))
    model.write_bytes(MAGIC + changed)
    with pytest.raises(DataError, match="negative or no number"):
        load_lexicon(str(model))


def test_a_word_list_with_an_endless_weight_is_refused(tmp_path: Path) -> None:
    for weight in ("inf", "nan", "-1"):
        (tmp_path / "words.tsv").write_text(f"dog\thund\t{weight}\n")
        with pytest.raises(DataError, match="0 or more"):
            load_lexicon(str(tmp_path / "words.tsv"))
