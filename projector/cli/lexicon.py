"""``xproject lexicon``: what the statistical aligner may know before it sees a corpus.

``train`` learns from bitext and writes a lexicon; ``import`` turns a dictionary into a word list.
Both are given to ``xproject align --lexicon``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from projector.cli.options import Force
from projector.errors import DataError, UsageError
from projector.io.streams import check_writable, open_write


def command(
    action: Annotated[
        str, typer.Argument(metavar="train|import", help="Learn from bitext, or read dictionaries.")
    ],
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="train: TSV bitext; import: TSV or a dictd dictionary."
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="LEXICON", help="Where to write.")
    ],
    source: Annotated[str, typer.Option("--from", help="Source language (train).")] = "",
    target: Annotated[str, typer.Option("--to", help="Target language (train).")] = "",
    lexicon: Annotated[
        list[str] | None,
        typer.Option("--lexicon", metavar="FILE", help="What train may know to begin with."),
    ] = None,
    swap: Annotated[
        bool, typer.Option("--swap", help="import: the dictionary's first language is the target.")
    ] = False,
    force: Force = False,
) -> None:
    """Make a lexicon for `xproject align --lexicon`.

    Languages that are not given are read from the file's name (en-es.tsv.gz).

    Examples:

      xproject lexicon train en-es.tsv.gz -o en-es.lexicon

      xproject lexicon import /usr/share/dictd/freedict-eng-deu -o en-de.tsv.gz

      xproject lexicon import my-words.tsv -o words.tsv
    """
    reads = [*files, *(lexicon or ())]
    if action == "import":
        from projector.alignment.hmm.dictd import dictd_files

        reads += [part for file in files if _kind(file) == "dictd" for part in dictd_files(file)]
    check_writable(output, force=force, reads=reads)
    if action == "train":
        pairs = train(files, output, source, target, list(lexicon or ()), force=force)
        print(f"learnt from {pairs} sentence pairs", file=sys.stderr)
    elif action == "import":
        entries = import_words(files, output, swap=swap, force=force)
        print(f"{entries} entries", file=sys.stderr)
    else:
        raise UsageError(f"lexicon: found {action!r}, wanted train or import")


def train(
    files: list[str], output: str, source: str, target: str, lexicon: list[str], *, force: bool
) -> int:
    """Learn from bitext, save, and return the number of sentence pairs.

    Raises:
        UsageError: languages neither given nor in the file's name.
        DataError: unreadable bitext, or none in it.
    """
    from projector.alignment.hmm.aligner import HmmAligner
    from projector.alignment.hmm.lexicon import save_lexicon
    from projector.alignment.hmm.views import VIEWS

    named = _languages(files[0])
    source, target = source or named[0], target or named[1]
    if not source or not target:
        raise UsageError(
            f"lexicon train: the name {Path(files[0]).name!r} does not say the languages; add "
            f"--from and --to"
        )
    aligner = HmmAligner(bitext=files, lexicon=lexicon, views=list(VIEWS))
    aligner.fit((), source, target)
    if not aligner.pairs:
        raise DataError("found no sentence pair, wanted source, tab, target", path=files[0])
    views = aligner.lexicon_views()
    save_lexicon(output, views, source, target, aligner.pairs, force=force)
    return aligner.pairs


def import_words(files: list[str], output: str, *, swap: bool, force: bool) -> int:
    """Write all entries of dictionaries as one TSV word list; returns how many there are."""
    from projector.alignment.hmm.dictd import read_dictd
    from projector.alignment.hmm.lexicon import load_lexicon

    entries: dict[tuple[str, str], float] = {}
    for file in files:
        if _kind(file) == "dictd":
            found = ((a, b, 1.0) for a, b in read_dictd(file))
        else:
            words = load_lexicon(file).words
            if not words:
                raise DataError("found no entries, wanted source, tab, target", path=file)
            found = iter(words)  # type: ignore[assignment]
        for a, b, weight in found:
            pair = (b, a) if swap else (a, b)
            entries[pair] = max(weight, entries.get(pair, 0.0))
    if not entries:
        raise DataError("found no entries, wanted a dictionary with some", path=files[0])
    with open_write(output, force=force) as stream:
        for (a, b), weight in entries.items():
            line = f"{_clean(a)}\t{_clean(b)}\t{weight:g}\n"
            stream.write(line.encode())
    return len(entries)


def _clean(text: str) -> str:
    return " ".join(text.split())


def _kind(file: str) -> Literal["dictd", "words"]:
    if re.search(r"\.(?:index|dict|dict\.dz)$", file):
        return "dictd"
    return "dictd" if not Path(file).exists() and Path(f"{file}.index").exists() else "words"


def _languages(file: str) -> tuple[str, str]:
    match = re.search(r"(?:^|[^a-z])([a-z]{2,3})[-_.]([a-z]{2,3})(?=\.)", Path(file).name)
    return (match[1], match[2]) if match else ("", "")
