"""stanza as tokeniser, sentence splitter and source of entities, parts of speech, noun chunks.

An engine of the stage `projector.annotation.stage`. Models come from stanza's own folder or from
one that the user names; nothing is downloaded. A folder of ``.pt`` files is enough: stanza's list
of resources, which it otherwise fetches, is written for them.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from projector.annotation.base import Annotation, Labelled, trimmed
from projector.engines import missing_package_message, read_options
from projector.errors import EngineError, first_line
from projector.json_values import JsonObject
from projector.records import Document, Offsets
from projector.text.languages import base_language
from projector.text.sentences import split_sentences

PROCESSORS = ("tokenize", "mwt", "pos", "lemma", "depparse", "ner")
LAYER_OF = {"tokenize": "tokens", "pos": "pos", "lemma": "lemmas", "ner": "entities"}
# What may stand between a noun phrase's left edge and its noun.
INSIDE = {
    "det",
    "amod",
    "nummod",
    "compound",
    "flat",
    "advmod",
    "poss",
    "case",
    "fixed",
    "goeswith",
}


class StanzaOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine: ``package`` as stanza calls it, ``gpu`` to use one if there is one."""

    package: str = "default"
    gpu: bool = True


class StanzaAnnotator:
    """Annotations by a stanza pipeline, one for each language.

    ``model`` is a folder: stanza's resources, or one with ``LANG/PROCESSOR/*.pt`` or
    ``PROCESSOR/*.pt`` in it. "" is the folder that stanza itself downloads to.
    """

    name = "stanza"

    def __init__(self, model: str = "", **options: object) -> None:
        self.model = model
        self.options = read_options(StanzaOptions, options, self.name)
        self._pipelines: dict[tuple[str, bool], Any] = {}

    @property
    def version(self) -> str:
        import stanza

        return f"stanza {stanza.__version__}"

    def pipeline(self, lang: str, pretokenised: bool = False) -> Any:
        """The pipeline of a language, loaded when it is first asked for."""
        key = (base_language(lang), pretokenised)
        if key not in self._pipelines:
            self._pipelines[key] = load_pipeline(self.model, *key, self.options)
        return self._pipelines[key]

    def layers(self, lang: str) -> frozenset[str]:
        """What the pipeline's processors give."""
        names = set(self.pipeline(lang).processors)
        found = {LAYER_OF[name] for name in names if name in LAYER_OF} | {"sentences"}
        if {"depparse", "pos"} <= names:
            found.add("chunks")
        return frozenset(found)

    def annotate(self, documents: Sequence[Document], lang: str) -> list[Annotation]:
        """Annotations of the documents, in order."""
        layers = self.layers(lang)
        raw = [n for n, document in enumerate(documents) if document.tokens is None]
        outputs: list[Any] = [None] * len(documents)
        try:
            if raw:
                texts = [documents[n].text for n in raw]
                for n, output in zip(raw, self.pipeline(lang).bulk_process(texts), strict=True):
                    outputs[n] = output
            for n, document in enumerate(documents):
                if document.tokens:
                    words = [
                        [document.text[a:b] for a, b in row] for row in by_sentence(document, lang)
                    ]
                    outputs[n] = self.pipeline(lang, pretokenised=True)(words)
        except Exception as error:
            raise EngineError(f"stanza: the pipeline failed: {first_line(error)}") from error
        return [
            read(document, output, layers, lang)
            for document, output in zip(documents, outputs, strict=True)
        ]

    def tokenize(self, text: str, lang: str) -> list[Offsets]:
        """Offsets of the tokens of a text, as `projector.text.tokens.tokenize` gives them."""
        return self.annotate([Document("", text, lang)], lang)[0].tokens

    def split_sentences(self, text: str, lang: str) -> list[Offsets]:
        """Offsets of the sentences, as `projector.text.sentences.split_sentences` gives them."""
        return self.annotate([Document("", text, lang)], lang)[0].sentences

    def close(self) -> None:
        """Free the pipelines."""
        self._pipelines.clear()


def load_pipeline(model: str, lang: str, pretokenised: bool, options: StanzaOptions) -> Any:
    """A stanza pipeline with every processor whose model is in the folder."""
    try:
        import stanza
        from stanza.resources.common import DEFAULT_MODEL_DIR
    except ModuleNotFoundError as error:
        raise EngineError(missing_package_message("stanza", "stanza")) from error
    folder = Path(model).expanduser() if model else Path(DEFAULT_MODEL_DIR)
    settings: JsonObject = {
        "lang": lang,
        "dir": str(folder),
        "package": options.package,
        "download_method": None,
        "use_gpu": options.gpu,
        "logging_level": "ERROR",
        "tokenize_pretokenized": pretokenised,
    }
    listed = folder / "resources.json"
    made: str | None = None
    try:
        if not listed.exists() or lang not in json.loads(listed.read_text("utf-8")):
            paths = local_models(folder, lang)
            if "tokenize" not in paths:
                raise EngineError(
                    f"stanza: found no models for {lang!r} in {folder}, wanted its resources or "
                    f"{lang}/tokenize/*.pt: python -c \"import stanza; stanza.download('{lang}')\""
                )
            made = write_resources(lang, paths)
            settings |= {f"{name}_model_path": str(path) for name, path in paths.items()}
            settings |= {
                "package": "default",
                "resources_filepath": made,
                "allow_unknown_language": True,
            }
        return stanza.Pipeline(**settings)
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(
            f"stanza: the models for {lang!r} in {folder} cannot be loaded: {first_line(error)}"
        ) from error
    finally:
        if made:
            os.unlink(made)


def local_models(folder: Path, lang: str) -> dict[str, Path]:
    """The ``.pt`` file of each processor that has one."""
    found = {}
    for name in PROCESSORS:
        for place in (folder / lang / name, folder / name):
            models = sorted(place.glob("*.pt"))
            if models:
                found[name] = models[0]
                break
    return found


def write_resources(lang: str, paths: dict[str, Path]) -> str:
    """The list of resources that stanza wants to read, for local files; the caller deletes it."""
    entry: JsonObject = {
        "lang_name": lang,
        "packages": {"default": {name: path.stem for name, path in paths.items()}},
    }
    for name, path in paths.items():
        entry[name] = {path.stem: {"md5": "0"}}
    handle, file = tempfile.mkstemp(suffix=".json")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump({lang: entry}, stream)
    return file


def by_sentence(document: Document, lang: str) -> list[list[Offsets]]:
    """The document's tokens, a list for each sentence (by our own splitter)."""
    ends = [end for _, end in split_sentences(document.text, lang)]
    rows: list[list[Offsets]] = [[]]
    for token in document.tokens or ():
        while ends and token[0] >= ends[0]:
            ends.pop(0)
            rows.append([])
        rows[-1].append(token)
    return [row for row in rows if row]


def read(document: Document, output: Any, layers: frozenset[str], lang: str) -> Annotation:
    """What stanza found, in the offsets of the document."""
    if output is None:  # no tokens
        return Annotation([], [], [], [], [], [])
    given = by_sentence(document, lang) if document.tokens else None
    tokens: list[Offsets] = []
    sentences, pos, lemmas, entities, chunks = [], [], [], [], []
    for n, sentence in enumerate(output.sentences):
        row = given[n] if given else [(t.start_char, t.end_char) for t in sentence.tokens]
        tokens += row
        sentences.append((row[0][0], row[-1][1]))
        place = {id(token): k for k, token in enumerate(sentence.tokens)}
        if "pos" in layers:
            pos += [token.words[0].upos or "X" for token in sentence.tokens]
        if "lemmas" in layers:
            lemmas += [
                " ".join(word.lemma or word.text for word in token.words)
                for token in sentence.tokens
            ]
        for entity in sentence.ents if "entities" in layers else ():
            inside = [place[id(token)] for token in entity.tokens]
            found = trimmed(document.text, row[inside[0]][0], row[inside[-1]][1])
            if found:
                entities.append(Labelled(*found, entity.type))
        if "chunks" in layers:
            chunks += [(row[a][0], row[b - 1][1]) for a, b in noun_chunks(sentence)]
    return Annotation(tokens, sentences, pos, lemmas, entities, chunks)


def noun_chunks(sentence: Any) -> list[Offsets]:
    """Noun phrases, as token numbers: a noun with what depends on it to its left, and its name.

    A pronoun is one by itself. Of phrases inside one another the largest stays.
    """
    words = sentence.words
    where = {word.id: n for n, token in enumerate(sentence.tokens) for word in token.words}
    found: list[Offsets] = []
    for word in words:
        relation = (word.deprel or "").partition(":")[0]
        if word.upos not in ("NOUN", "PROPN", "PRON") or relation in ("compound", "flat", "fixed"):
            continue
        first = last = word.id
        for other in words[word.id - 2 :: -1] if word.id > 1 else ():
            if top(other, words, word.id) != word.id or depends(other) not in INSIDE:
                break
            if other.head == word.id and depends(other) == "case":
                break  # the noun's own preposition; a possessor's mark hangs on the possessor
            first = other.id
        for other in words[word.id :]:
            if other.head != word.id or depends(other) not in ("flat", "compound", "goeswith"):
                break
            last = other.id
        found.append((where[first], where[last] + 1))
    return [
        (a, b)
        for a, b in found
        if not any((c, d) != (a, b) and c <= a and b <= d for c, d in found)
    ]


def depends(word: Any) -> str:
    """The relation to the head, without its subtype except for possessives."""
    relation = str(word.deprel or "")
    return "poss" if relation == "nmod:poss" else relation.partition(":")[0]


def top(word: Any, words: Sequence[Any], wanted: int) -> int:
    """The ancestor ``wanted`` if the word hangs below it, else the root (0)."""
    head = word.head
    for _ in range(len(words)):
        if head in (wanted, 0):
            break
        head = words[head - 1].head
    return int(head)
