"""spaCy as tokeniser, sentence splitter and source of entities, parts of speech, noun chunks.

An engine of the stage `projector.annotation.stage`. Models are packages or folders on this machine;
nothing is downloaded. Without a model a blank pipeline cuts tokens and sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct

from projector.annotation.base import Annotation, Labelled, trimmed
from projector.engines import missing_package_message, read_options
from projector.errors import EngineError, first_line
from projector.json_values import JsonObject
from projector.records import Document, Offsets
from projector.text.languages import base_language

ROUTES = ("core_web", "core_news", "dep_news", "ent_wiki")
SIZES = ("trf", "lg", "md", "sm")


class SpacyOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine: ``batch_size`` texts go through the pipeline at once."""

    batch_size: int = 64


class SpacyAnnotator:
    """Annotations by a spaCy pipeline, one for each language.

    ``model`` is a package or a folder; "" takes the largest installed package of the language,
    and a blank pipeline if there is none.
    """

    name = "spacy"

    def __init__(self, model: str = "", **options: object) -> None:
        self.model = model
        self.options = read_options(SpacyOptions, options, self.name)
        self._pipelines: JsonObject = {}

    @property
    def version(self) -> str:
        import spacy

        return f"spacy {spacy.__version__}"

    def pipeline(self, lang: str) -> Any:
        """The pipeline of a language, loaded when it is first asked for."""
        lang = base_language(lang) or "xx"
        if lang not in self._pipelines:
            self._pipelines[lang] = load_pipeline(self.model, lang)
        return self._pipelines[lang]

    def layers(self, lang: str) -> frozenset[str]:
        """What the pipeline says that it assigns."""
        pipeline = self.pipeline(lang)
        gives = {what for name in pipeline.pipe_names for what in assigned(pipeline, name)}
        found = {"tokens", "sentences"}
        if "token.pos" in gives:
            found.add("pos")
        if "token.lemma" in gives:
            found.add("lemmas")
        if "doc.ents" in gives:
            found.add("entities")
        chunks = pipeline.Defaults.syntax_iterators or {}
        if {"token.dep", "token.pos"} <= gives and "noun_chunks" in chunks:
            found.add("chunks")
        return frozenset(found)

    def annotate(self, documents: Sequence[Document], lang: str) -> list[Annotation]:
        """Annotations of the documents, in order."""
        pipeline, layers = self.pipeline(lang), self.layers(lang)
        inputs = [given(pipeline, document) for document in documents]
        try:
            outputs = list(pipeline.pipe(inputs, batch_size=self.options.batch_size))
        except ValueError as error:
            raise EngineError(f"spacy: the pipeline failed: {first_line(error)}") from error
        return [
            read(document, output, layers)
            for document, output in zip(documents, outputs, strict=True)
        ]

    def tokenize(self, text: str, lang: str) -> list[Offsets]:
        """Offsets of the tokens of a text, as `projector.text.tokens.tokenize` gives them."""
        return [
            (token.idx, token.idx + len(token))
            for token in self.pipeline(lang).make_doc(text)
            if not token.is_space
        ]

    def split_sentences(self, text: str, lang: str) -> list[Offsets]:
        """Offsets of the sentences, as `projector.text.sentences.split_sentences` gives them."""
        return self.annotate([Document("", text, lang)], lang)[0].sentences

    def close(self) -> None:
        """Free the pipelines."""
        self._pipelines.clear()


def load_pipeline(model: str, lang: str) -> Any:
    """The named pipeline, else an installed one for the language, else a blank one."""
    try:
        import spacy
    except ModuleNotFoundError as error:
        raise EngineError(missing_package_message("spacy", "spacy")) from error
    name = model or installed(lang)
    try:
        pipeline = spacy.load(name) if name else spacy.blank(lang)
    except ImportError as error:
        # Some languages need a package of their own; a wrong language code ends here as well.
        raise EngineError(
            f"spacy: no pipeline for the language {lang!r}: {first_line(error)}"
        ) from error
    except OSError as error:
        raise EngineError(
            f"spacy: found no model {name!r}, neither a package nor a folder: "
            f"python -m spacy download {name}"
        ) from error
    except Exception as error:
        raise EngineError(f"spacy: {name!r} cannot be loaded: {first_line(error)}") from error
    cuts = ("token.is_sent_start", "doc.sents")
    if not any(w in cuts for p in pipeline.pipe_names for w in assigned(pipeline, p)):
        pipeline.add_pipe("sentencizer", first=True)
    return pipeline


def installed(lang: str) -> str:
    """The largest of spaCy's own packages for a language that is installed, or ""."""
    import spacy

    for size in SIZES:
        for route in ROUTES:
            if spacy.util.is_package(f"{lang}_{route}_{size}"):
                return f"{lang}_{route}_{size}"
    return ""


def assigned(pipeline: Any, name: str) -> list[str]:
    """What a component assigns, with what this depends on its settings."""
    found = list(pipeline.get_pipe_meta(name).assigns)
    component = pipeline.get_pipe(name)
    factory = pipeline.get_pipe_meta(name).factory
    if factory == "span_ruler" and getattr(component, "annotate_ents", False):
        found.append("doc.ents")
    if factory == "attribute_ruler":
        # It turns fine tags into parts of speech where a tagger stands before it.
        found.append("token.pos" if "tagger" in pipeline.pipe_names else "token.tag")
    return found


def given(pipeline: Any, document: Document) -> Any:
    """The text, cut into the document's own tokens where it has some."""
    if document.tokens is None:
        return pipeline.make_doc(document.text)
    from spacy.tokens import Doc

    tokens = document.tokens
    spaces = [b < after for (_, b), (after, _) in pairwise(tokens)]
    return Doc(pipeline.vocab, words=document.words(), spaces=[*spaces, False][: len(tokens)])


def read(document: Document, output: Any, layers: frozenset[str]) -> Annotation:
    """What spaCy found, in the offsets of the document."""
    if document.tokens is None:
        offsets = [(token.idx, token.idx + len(token)) for token in output]
    else:  # spaCy knows no more than one space between tokens
        offsets = list(document.tokens)
    words = [
        n for n, token in enumerate(output) if document.tokens is not None or not token.is_space
    ]

    def stretch(start: int, end: int) -> Offsets | None:
        if start >= end:
            return None
        return trimmed(document.text, offsets[start][0], offsets[end - 1][1])

    sentences = [stretch(s.start, s.end) for s in output.sents] if len(output) else []
    entities = []
    for entity in output.ents:
        found = stretch(entity.start, entity.end)
        if found:
            entities.append(Labelled(*found, entity.label_))
    chunks = [stretch(c.start, c.end) for c in output.noun_chunks] if "chunks" in layers else []
    return Annotation(
        [offsets[n] for n in words],
        [sentence for sentence in sentences if sentence],
        [output[n].pos_ or "X" for n in words] if "pos" in layers else [],
        [output[n].lemma_ for n in words] if "lemmas" in layers else [],
        entities,
        [chunk for chunk in chunks if chunk],
    )
