"""A push to a hub on loopback: one commit, the token from the environment alone, clear refusals."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from projector.errors import EngineError, UsageError
from projector.publishing.upload import check_repo, token, upload
from tests.publishing.hub_server import TOKEN, serving

pytest.importorskip("huggingface_hub", reason="needs the extra 'publish'")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch):
    from huggingface_hub import constants

    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with serving() as hub:
        yield hub


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out" / "data").mkdir(parents=True)
    (tmp_path / "out" / "README.md").write_text("# x\n")
    (tmp_path / "out" / "data" / "a.parquet").write_bytes(bytes(range(256)) * 9)
    return tmp_path / "out"


@pytest.mark.parametrize("large", [(), (".parquet",)], ids=["in the commit", "by LFS"])
def test_every_file_arrives_as_it_is(hub, folder, large):
    hub.large = large
    address = upload(folder, "team/news", private=True, endpoint=hub.url)
    assert address.startswith(f"{hub.url}/datasets/team/news/commit/")
    assert hub.repos == {"team/news": True}
    assert hub.files["team/news"] == {
        "README.md": b"# x\n",
        "data/a.parquet": bytes(range(256)) * 9,
    }
    assert any("/lfs/" in request for request in hub.requests) == bool(large)


def test_a_data_set_that_is_there_gets_another_commit(hub, folder):
    upload(folder, "team/news", endpoint=hub.url)
    (folder / "README.md").write_text("# y\n")
    upload(folder, "team/news", endpoint=hub.url)
    assert hub.files["team/news"]["README.md"] == b"# y\n"
    assert sum("/commit/" in request for request in hub.requests) == 2


@pytest.mark.parametrize("odd", ["hf_right\nX-Evil: 1", "hf right", "hf_r\u00e9ght"])
def test_a_token_that_would_break_the_header_is_refused_and_not_said(hub, folder, odd, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", odd)
    with pytest.raises(UsageError, match="that no token has") as caught:
        upload(folder, "team/news", endpoint=hub.url)
    assert odd not in str(caught.value) and hub.requests == []


@pytest.mark.parametrize(
    "odd",
    [
        "nonsense",
        "ftp://a/b",
        "http://",
        "http://[::1",
        "http://a:99999",
        "http://a:b",
        "http://a\nX: 1",
    ],
)
@pytest.mark.parametrize("how", ["option", "environment"])
def test_an_address_of_no_hub_is_wrong_usage(hub, folder, odd, how, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", odd if how == "environment" else "")
    with pytest.raises(UsageError, match="wanted the address of a hub"):
        upload(folder, "team/news", endpoint=odd if how == "option" else "")


def test_a_server_that_hangs_up_is_an_engine_error(hub, folder):
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=hang_up, args=[server], daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(EngineError, match=r"push: team/news: .*; push again"):
            upload(folder, "team/news", endpoint=address)


def hang_up(server: socket.socket) -> None:
    """Closes every connection without an answer."""
    while True:
        try:
            server.accept()[0].close()
        except OSError:
            return


def test_a_wrong_token_is_refused_and_not_repeated(hub, folder, monkeypatch, caplog):
    monkeypatch.setenv("HF_TOKEN", "hf_wrong_secret")
    with pytest.raises(UsageError, match="refused the token for team/news") as caught:
        upload(folder, "team/news", endpoint=hub.url)
    assert "hf_wrong_secret" not in f"{caught.value} {caplog.text}"
    assert hub.files == {}


def test_a_hub_that_fails_is_told_in_one_sentence(hub, folder):
    hub.fails_at_commit = True
    with pytest.raises(EngineError, match="the hub refused team/news") as caught:
        upload(folder, "team/news", endpoint=hub.url)
    assert "\n" not in str(caught.value) and TOKEN not in str(caught.value)


def test_a_hub_out_of_reach_is_told_before_anything_is_sent(folder, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with socket.socket() as held:  # bound, and never listening
        held.bind(("127.0.0.1", 0))
        with pytest.raises(EngineError, match="cannot be reached from here; nothing was sent"):
            upload(folder, "team/news", endpoint=f"http://127.0.0.1:{held.getsockname()[1]}")


def test_without_a_token_the_sentence_says_what_to_set(monkeypatch):
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError, match="export HF_TOKEN"):
        token()


@pytest.mark.parametrize(
    "repo",
    ["news", "a/b/c", "a/", "a/b..c", "a/b.git", "a/b--c", "ä/b", "/b", "../b", "-a/b", "a-/b"],
)
def test_names_that_no_hub_has_are_refused(repo):
    with pytest.raises(UsageError, match="wanted org/name"):
        check_repo(repo)
