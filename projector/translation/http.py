"""The engine `http`: translation by any server that takes JSON over HTTP (DeepL, Google, your own).

``--model`` names a shipped description of a server (``deepl``, ``google``) or a YAML file with one:

    url: http://127.0.0.1:5000/translate     # {source} and {target} may stand in it
    key_env: MY_KEY                          # the environment variable of the key; none by default
    headers: {Authorization: "Bearer {key}"}
    body: {q: "{texts}", source: "{source}", target: "{target}"}    # "{text}": one at a time
    response: translations[].text            # where the answer has them (a path, as of --fields)
    tags: html                               # xml, html, or none: tags come through the server
    codes: {pt: pt-BR}                       # its names of target languages, where they differ
    batch: 50

A server that handles tags gets code, formulas, placeholders and constraints (``--keep``, glossary
entries of the record) as elements that it must not translate, and the text's own tags as tags; what
does not come through whole goes the ways of `shielded`. Keys are read from the environment alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field, structs

from projector.engines import read_options
from projector.errors import EngineError, UsageError, suggestion
from projector.io.yaml_files import read_yaml
from projector.json_values import JsonObject
from projector.models.server_requests import (
    SPEED_OPTIONS,
    RequestOptions,
    Requests,
    TryAgain,
    Unanswered,
)
from projector.redact import Redactor, redacted, secrets_of
from projector.text.languages import base_language
from projector.translation.base import Constraint, Keeps, Translation
from projector.translation.constraints import check_one_for_each, holds
from projector.translation.field_paths import follow, read_path
from projector.translation.tagged_text import Tagged, tagged


class Server(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a server is asked; see the module's docstring."""

    url: str
    body: JsonObject
    response: str
    key_env: str = ""
    headers: dict[str, str] = {}
    tags: Literal["xml", "html", "none"] = "none"
    codes: dict[str, str] = {}
    upper: bool = False  # language codes in capitals
    batch: Annotated[int, Meta(ge=1)] = 50
    batch_characters: Annotated[int, Meta(ge=1)] = 20_000


SERVERS = {
    "deepl": Server(
        url="https://api.deepl.com/v2/translate",
        key_env="DEEPL_AUTH_KEY",
        headers={"Authorization": "DeepL-Auth-Key {key}"},
        body={
            "text": "{texts}",
            "source_lang": "{source}",
            "target_lang": "{target}",
            "split_sentences": "0",
            "preserve_formatting": True,
            "tag_handling": "xml",
            "ignore_tags": ["x"],
        },
        response="translations[].text",
        tags="xml",
        codes={"en": "EN-US", "pt": "PT-PT", "zh": "ZH-HANS"},
        upper=True,
    ),
    "google": Server(
        url="https://translation.googleapis.com/language/translate/v2",
        key_env="GOOGLE_API_KEY",
        headers={"X-Goog-Api-Key": "{key}"},
        body={"q": "{texts}", "source": "{source}", "target": "{target}", "format": "html"},
        response="data.translations[].translatedText",
        tags="html",
        codes={"zh": "zh-CN"},
        batch=100,
    ),
}


class HttpOptions(RequestOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine, besides those of `RequestOptions`.

    Attributes:
        url, key_env: instead of the description's own.
        extra: further fields of the body, e.g. ``{glossary_id: ..., formality: more}``.
        price: money for a million characters; budget_characters: stop when so many are sent.
    """

    url: str = ""
    key_env: str = ""
    extra: JsonObject = field(default_factory=dict)
    price: Annotated[float, Meta(ge=0)] = 0.0
    budget_characters: Annotated[int, Meta(ge=0)] = 0


_NOT_IN_KEY = SPEED_OPTIONS | {"key_env", "price", "budget_characters", "url"}


class HttpTranslator:
    """Translator over such a server.

    Args:
        model: a shipped description's name, or a YAML file.

    Raises:
        UsageError: no such description, or it lacks something; an unknown option.
        EngineError: the key is not in the environment, or the server refuses it.
    """

    name = "http"
    version = "1"
    gives_links = False

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(HttpOptions, options, self.name)
        self.server = _server(model)
        self.model = model
        self._url = self.options.url or self.server.url
        self._key_env = self.options.key_env or self.server.key_env
        self._key = os.environ.get(self._key_env, "") if self._key_env else ""
        if model == "deepl" and not self.options.url and self._key.endswith(":fx"):
            self._url = self._url.replace("//api.", "//api-free.")  # where keys of free accounts go
        if not self._url.startswith(("http://", "https://")):
            raise UsageError(f"http: found the url {redacted(self._url)!r}, wanted http(s)://...")
        self._response = read_path(self.server.response, "response")
        self._single = "{text}" in _strings(self.server.body)
        if not self._single and "{texts}" not in _strings(self.server.body):
            raise UsageError('http: found no "{texts}" (or "{text}") in the body, wanted one')
        self._redact = Redactor([self._key, *secrets_of(self._url)])
        self._shown = redacted(self._url)
        self._characters = 0
        self._requests = Requests(
            self.name, self._shown, self.options, headers=self._headers, redact=self._redact,
            refused=self._refused, absent=self._absent,
        )  # fmt: skip

    def cost(self) -> dict[str, float]:
        """Requests, retries, characters sent and, where there is a price, money."""
        spent = {
            "requests": float(self._requests.requests),
            "retries": float(self._requests.retries),
            "characters": float(self._characters),
            "money": self._characters * self.options.price / 1e6,
        }
        return {name: amount for name, amount in spent.items() if amount}

    def identity(self) -> JsonObject:
        """Everything that decides what a translation is (the cache's key)."""
        options = structs.asdict(self.options)
        return {
            "engine": self.name,
            "version": self.version,
            "url": self._shown,
            "server": {**structs.asdict(self.server), "url": "", "key_env": ""},
            "options": {k: v for k, v in options.items() if k not in _NOT_IN_KEY},
        }

    def keeps_verbatim(self, source: str, target: str) -> Keeps:
        """See `KeepsVerbatim`."""
        return "usually"

    def check(self, source: str, target: str) -> None:
        """Fail now if the key is missing."""
        if self._key_env and not self._key:
            raise EngineError(
                f"http: the environment variable {self._key_env} is not set; put the key of "
                f"{self._shown} there"
            )

    def translate(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[Translation]:
        """Translate sentences; see `base.Translator`. Blank ones come back empty, unasked."""
        check_one_for_each(constraints, sentences)
        rows = constraints if constraints is not None else [()] * len(sentences)
        asked = [
            tagged(text, row, self.server.tags) for text, row in zip(sentences, rows, strict=True)
        ]
        unique = [one for one in dict.fromkeys(one.sent for one in asked) if one.strip()]
        languages = {
            "source": self._code(source, target=False),
            "target": self._code(target, target=True),
        }

        async def ask(group: list[str]) -> list[str | Unanswered]:
            return await self._ask(group, languages)

        groups = self._groups(unique)
        done: dict[str, str | Unanswered] = {}
        for group, answers in zip(groups, self._requests.run(ask, groups), strict=True):
            done.update(zip(group, answers, strict=True))
        return [
            self._finished(one, done.get(one.sent, ""), row, target, asked=constraints is not None)
            for one, row in zip(asked, rows, strict=True)
        ]

    def _finished(
        self,
        one: Tagged,
        answer: str | Unanswered,
        row: Sequence[Constraint],
        target: str,
        *,
        asked: bool,
    ) -> Translation:
        if isinstance(answer, Unanswered):
            met = [False] * len(row) if asked else None
            return Translation("", error=str(answer), constraints_met=met)
        text = one.restored(answer)
        met = [holds(text, c.wanted, target) for c in row] if asked else None
        return Translation(text, constraints_met=met)

    async def _ask(self, texts: list[str], languages: Mapping[str, str]) -> list[str | Unanswered]:
        """An answer for each text; texts of a group that failed are asked for one by one."""
        characters = sum(map(len, texts))
        budget = self.options.budget_characters
        if budget and self._characters + characters > budget:
            return [Unanswered(f"the budget of {budget} characters is spent")] * len(texts)
        self._characters += characters
        values = {**languages, "texts": texts, "text": texts[0], "key": self._key}
        body = {
            **{key: _filled(value, values) for key, value in self.server.body.items()},
            **self.options.extra,
        }
        where = str(_filled(self._url, {**languages, "key": self._key}))
        try:
            found = await self._requests.post(where, body, lambda raw: self._read(raw, len(texts)))
            return list(found)
        except Unanswered as error:
            self._characters -= characters
            if len(texts) == 1:
                return [error]
        alone: list[str | Unanswered] = []
        for text in texts:
            alone += await self._ask([text], languages)
        return alone

    def _read(self, content: bytes, wanted: int) -> list[str]:
        try:
            value = msgspec.json.decode(content)
        except (msgspec.DecodeError, RecursionError) as error:
            raise TryAgain(f"the answer is no JSON ({error})") from error
        found = [
            text
            for _, leaf in follow(value, self._response.steps)
            for text in (leaf if isinstance(leaf, list) else [leaf])
        ]
        made = [text for text in found if isinstance(text, str)]
        if not len(found) == len(made) == wanted:
            raise Unanswered(
                f"the answer has {len(found)} translations at {self._response.name!r}, wanted "
                f"{wanted} texts"
            )
        if any(self._redact.found_in(text) for text in made):
            raise Unanswered("the answer repeats the key that was sent; it is not kept")
        return made

    def _groups(self, texts: Sequence[str]) -> list[list[str]]:
        groups: list[list[str]] = []
        size = 0
        limit = 1 if self._single else self.server.batch
        for text in texts:
            size += len(text)
            if not groups or len(groups[-1]) >= limit or size > self.server.batch_characters:
                groups.append([])
                size = len(text)
            groups[-1].append(text)
        return groups

    def _code(self, lang: str, *, target: bool) -> str:
        """The server's name of a language; as a source only the language itself matters."""
        base = base_language(lang)
        known = self.server.codes if target else {}
        code = known.get(lang) or (lang if target and lang != base else known.get(base, base))
        return code.upper() if self.server.upper else code

    def _headers(self) -> dict[str, str]:
        return {
            name: str(_filled(text, {"key": self._key}))
            for name, text in self.server.headers.items()
        }

    def _refused(self, status: int) -> EngineError:
        known = (
            f"{self._key_env} {'is' if self._key else 'is not'} set" if self._key_env else "none"
        )
        return EngineError(f"http: {self._shown} refuses the key (HTTP {status}); key: {known}")

    def _absent(self, said: str) -> EngineError:
        return EngineError(f"http: nothing is at {self._shown} (HTTP 404: {said}); correct the url")

    def close(self) -> None:
        """Nothing to stop."""


def _server(model: str) -> Server:
    if model in SERVERS:
        return SERVERS[model]
    if not model:
        raise UsageError("the engine 'http' needs a server: --model deepl, google or FILE.yaml")
    if not Path(model).suffix:
        raise UsageError(f"http: no server is called {model!r}" + suggestion(model, SERVERS))
    return read_yaml(model, Server, "the description of a server")


def _filled(template: object, values: Mapping[str, object]) -> object:
    """A template with its ``{names}`` filled in; a string that is nothing but one becomes the value
    itself, which may be a list."""
    if isinstance(template, str):
        if template[1:-1] in values and template == "{" + template[1:-1] + "}":
            return values[template[1:-1]]
        return re.sub(
            r"\{(\w+)\}",
            lambda m: str(values[m[1]]) if m[1] in values else m[0],
            template,
        )
    if isinstance(template, Mapping):
        return {key: _filled(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, values) for value in template]
    return template


def _strings(template: object) -> list[str]:
    if isinstance(template, str):
        return [template]
    if isinstance(template, Mapping):
        template = list(template.values())
    return [s for value in template for s in _strings(value)] if isinstance(template, list) else []
