"""Secrets in URLs and options are hidden, and nothing else is."""

from __future__ import annotations

import pytest

from projector.redact import Redactor, redacted, redacted_options, secrets_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://me:pw@host:80/v1", "http://***@host:80/v1"),
        ("at https://tok@host/v1?x=1 ok", "at https://***@host/v1?x=1 ok"),
        ("http://a:p@ss@host/", "http://***@host/"),
        ("http://h/v1?a=1&api_key=abc&b=2", "http://h/v1?a=1&api_key=***&b=2"),
        ("http://h/?ACCESS_TOKEN=abc#x", "http://h/?ACCESS_TOKEN=***#x"),
        ("http://h/@user/models?q=me@x.org", "http://h/@user/models?q=me@x.org"),
        ("mail me@x.org; 3 tokens, key: value", "mail me@x.org; 3 tokens, key: value"),
    ],
)
def test_urls_lose_their_secrets_and_keep_the_rest(text: str, shown: str) -> None:
    assert redacted(text) == shown


def test_options_called_as_secrets_are_and_urls_at_any_depth_are_hidden() -> None:
    given = {
        "url": "http://a:b@h/v1",
        "key_env": "MY_KEY",
        "budget_tokens": 100,
        "max_tokens": 5,
        "api_key": "abc",
        "stages": [{"options": {"password": "x", "token": "", "beam": 4}}],
        "bitext": ("a.tsv", "http://u:p@h/b.tsv"),
    }
    assert redacted_options(given) == {
        "url": "http://***@h/v1",
        "key_env": "MY_KEY",
        "budget_tokens": 100,
        "max_tokens": 5,
        "api_key": "***",
        "stages": [{"options": {"password": "***", "token": "", "beam": 4}}],
        "bitext": ["a.tsv", "http://***@h/b.tsv"],
    }


def test_what_a_server_echoes_is_found_also_when_quoted() -> None:
    url = "http://me:p%40ss%20word@h/v1?api_key=abcdefgh&q=hello"
    assert secrets_of(url) == ["p@ss word", "bWU6cEBzcyB3b3Jk", "abcdefgh"]
    redact = Redactor([*secrets_of(url), "short"])
    assert (
        redact("got p@ss word and p%40ss%20word, abcdefgh; short") == "got *** and ***, ***; short"
    )
    assert redact.found_in("x abcdefgh y") and not redact.found_in("hello short")
    assert not Redactor([]).found_in("anything")


@pytest.mark.parametrize("user", ["me:pw", "me:p%40ss%20word", "token-of-mine", ":password"])
def test_what_a_header_makes_of_a_password_is_hidden_when_a_server_repeats_it(user: str) -> None:
    httpx = pytest.importorskip("httpx")
    url = f"http://{user}@host/v1"
    echo = httpx.MockTransport(lambda got: httpx.Response(200, text=got.headers["authorization"]))
    with httpx.Client(transport=echo) as client:
        said = client.get(url).text
    redact = Redactor(secrets_of(url))
    assert said.startswith("Basic ") and redact.found_in(said)
    assert redact(said).rstrip("=") == "Basic ***"
