"""The table of formats: name -> module, a line of help, file suffixes, what it can hold."""

from __future__ import annotations

from projector.io.formats.base import Format

_HERE = "projector.io.formats."

FORMATS: dict[str, Format] = {
    "jsonl": Format(_HERE + "jsonl", "this tool's own records", (".jsonl",), pairs=True),
    "rows": Format(_HERE + "rows", "JSON objects of any shape, as they are (Alpaca, chat, ...)"),
    "template": Format(
        _HERE + "template",
        "rows that a Jinja template makes of records (instruction data)",
        reads=False,
        pairs=True,
    ),
    "conll": Format(
        _HERE + "conll",
        "columns, a token a line: CoNLL-2002/2003, IOB1, IOB2, BILOU",
        (".conll", ".conll02", ".conll03", ".iob", ".iob2", ".bio", ".bilou"),
    ),
    "conllu": Format(_HERE + "conllu", "CoNLL-U (Universal Dependencies)", (".conllu",)),
    "squad": Format(_HERE + "squad", "SQuAD, XQuAD and MLQA JSON", ()),
    "mlqa": Format(
        _HERE + "mlqa",
        "MLQA: a folder, a file for each pair of languages",
        reads=False,
        pairs=True,
        folder=True,
    ),
    "xor": Format(
        _HERE + "xor",
        "XOR-TyDi JSON Lines: question and context in two languages",
        reads=False,
        pairs=True,
    ),
    "retrieval": Format(
        _HERE + "retrieval",
        "BEIR's corpus, queries, qrels and DPR's negatives: a folder",
        reads=False,
        pairs=True,
        folder=True,
    ),
    "tokens": Format(_HERE + "tokens", "JSON Lines of token lists and tags", ()),
    "text": Format(_HERE + "text", "a text a line"),
    "bitext": Format(_HERE + "bitext", "source TAB target [TAB i-j links]", (), pairs=True),
    "fastalign": Format(_HERE + "fastalign", "source ||| target, in tokens", (), pairs=True),
    "pharaoh": Format(
        _HERE + "pharaoh", "i-j links, a line a pair", (".talp", ".align"), pairs=True
    ),
    "labelstudio": Format(
        _HERE + "labelstudio",
        "Label Studio tasks, and corrections with --base",
        (),
        pairs=True,
        target_only=True,
    ),
    "doccano": Format(_HERE + "doccano", "doccano JSON Lines, and corrections with --base"),
    "brat": Format(_HERE + "brat", "BRAT standoff: a folder of .txt and .ann", folder=True),
    "slots": Format(_HERE + "slots", "MASSIVE-style JSON Lines: [slot : words] in annot_utt"),
    "coref": Format(
        _HERE + "coref", "sentences of words with clusters (MMC, CoNLL 2012 JSON Lines)"
    ),
    "docbin": Format(_HERE + "docbin", "spaCy's DocBin", (".spacy",)),
    "hf": Format(_HERE + "hf", "a Hugging Face datasets folder (save_to_disk)", folder=True),
    "parquet": Format(_HERE + "parquet", "Parquet with Hugging Face features", (".parquet",)),
    "text-pairs": Format(_HERE + "text_pairs", "label, text and text (relations, NLI)", ()),
}
