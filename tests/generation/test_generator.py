"""`generate` against a scripted server: accepted rows keep every promise, others have a reason."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("httpx")
pytest.importorskip("tenacity")
pytest.importorskip("py3langid")

from projector.cli.main import main
from projector.errors import UsageError
from projector.generation.generator import Generator
from projector.generation.specification import draw, read_specification
from tests.models.chat_servers import log, scripted

SPEC = """
task: Utterances that people say to a voice assistant.
lang: es
items:
  - labels: {intent: set_alarm}
    slots:
      time: [las siete de la tarde]
      day: [lunes]
    examples: [Despiértame a las seis.]
    count: COUNT
  - labels: {intent: plan_a_longer_trip}
    slots: {day: [martes], place: {gazetteer: places.txt}}
    count: 1
"""
OTHER = '{"texts": ["Quiero ir a la playa de Santander el martes que viene, por favor."]}'


def spec(folder: Path, count: int, text: str = SPEC) -> str:
    (folder / "places.txt").write_text("Santander\n", encoding="utf-8")
    path = folder / "spec.yaml"
    path.write_text(text.replace("COUNT", str(count)), encoding="utf-8")
    return str(path)


def say(*texts: str) -> str:
    return json.dumps({"texts": list(texts)})


def good(n: int) -> str:
    """A proper sentence, unlike the others."""
    rng = random.Random(n)
    words = ["recuérdame", "llamar", "médico", "comprar", "mercado", "sacar", "basura", "escribir",
             "hermana", "revisar", "correo", "preparar", "cena", "reunión", "trabajo", "viaje",
             "abuela", "dentista", "paquete", "banco", "regar", "jardín", "limpiar", "cocina",
             "pagar", "factura", "recoger", "niños", "escuela", "gimnasio"]  # fmt: skip
    chosen = rng.sample(words, 7)
    return f"El lunes quiero {' '.join(chosen)} a las siete de la tarde."


def number(n: int) -> str:
    return f'"number":{n + 1}}}'


def generate(url: str, path: str, **options: object):
    generator = Generator("m", url=url, pause=0.01, **options)
    return generator.generate(read_specification(path)), generator


def test_rows_are_annotated_and_labelled(tmp_path: Path) -> None:
    with scripted({"set_alarm": [say(good(1))], "plan_a_longer_trip": [OTHER]}) as url:
        found, _ = generate(url, spec(tmp_path, 1))
    alarm, trip = found.documents
    assert alarm.labels == {"intent": "set_alarm"} and alarm.lang == "es"
    assert {(s.label, s.surface(alarm.text)) for s in alarm.spans} == {
        ("time", "las siete de la tarde"),
        ("day", "lunes"),
    }
    assert {s.surface(trip.text) for s in trip.spans} == {"martes", "Santander"}
    assert found.missing == {} and found.refused == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Despiértame por favor a las siete de la tarde.", "the day 'lunes' does not stand in it"),
        (good(1) + " ¿El lunes?", "the day 'lunes' stands in it 2 times"),
        (good(1) + " O el martes.", "it also holds 'martes', a day that was not asked for"),
        (good(1).replace("lunes", "[day: lunes]"), "it has markup"),
        (good(1).replace("las siete", "Las siete"), "the time 'las siete de la tarde' does not"),
        ("", "it is empty"),
    ],
)
def test_a_faulty_row_is_asked_for_again_with_its_fault(
    tmp_path: Path, text: str, fault: str
) -> None:
    with scripted({"set_alarm": [say(text), say(good(2))], "plan_a_longer_trip": [OTHER]}) as url:
        found, _ = generate(url, spec(tmp_path, 1))
        asked = [e["question"]["messages"] for e in log(url)]
    assert found.documents[0].text == good(2)
    assert found.refused == []
    (again,) = [m for m in asked if len(m) == 4]
    assert fault in again[-1]["content"]


def test_other_languages_copies_and_near_duplicates_are_refused(tmp_path: Path) -> None:
    english = "On lunes I would like to wake up early and go to work at las siete de la tarde."
    same = good(3).replace("El lunes", "¡El lunes").replace(".", "!")
    with scripted({number(0): [say(good(3))], number(1): [say(same)], number(2): [say(english)],
                   number(3): ["I cannot"], "plan_a_longer_trip": [OTHER]}) as url:  # fmt: skip
        found, _ = generate(url, spec(tmp_path, 2), reasks=0, draws=2)
    assert len(found.documents) == 2 and found.missing == {0: 1}
    reasons = [refused.faults[0] for refused in found.refused]
    assert reasons[0].startswith("it is too like 'El lunes")
    assert reasons[1] == "it is not in Spanish" and "no JSON" in reasons[2]
    copied = SPEC.replace("Despiértame a las seis.", good(4))
    with scripted({"set_alarm": [say(good(4))], "plan_a_longer_trip": [OTHER]}) as url:
        found, _ = generate(url, spec(tmp_path, 1, copied), reasks=0, draws=1)
    assert "too like" in found.refused[0].faults[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("COUNT", "1000000000", "count"),
        ("places.txt", "/dev/zero", "gazetteer cannot be read"),
        ("{intent: set_alarm}", "{? [a, b] : c}", "a key that is a list"),
        ("{intent: set_alarm}", "[" * 50_000, "nested more than 40 deep"),
    ],
)
def test_a_specification_without_end_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        read_specification(spec(tmp_path, 1, SPEC.replace(old, new)))


def test_more_values_than_can_be_searched_for_are_refused(tmp_path: Path) -> None:
    path = spec(tmp_path, 1)
    (tmp_path / "places.txt").write_text("".join(f"place {n}\n" for n in range(200_000)))
    with pytest.raises(UsageError, match="values, wanted 100,000 at most"):
        read_specification(path)


def test_an_output_without_a_row_is_replaced_without_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["generate", spec(tmp_path, 1), "--model", "m", "-o", str(tmp_path / "out.jsonl")]
    with scripted({"": ["I cannot"]}) as url:
        assert main([*words, "--set", f"url={url}", "--set", "reasks=0"]) == 1
    assert (tmp_path / "out.jsonl").read_bytes() == b""
    with scripted({"set_alarm": [say(good(1))], "plan_a_longer_trip": [OTHER]}) as url:
        assert main([*words, "--set", f"url={url}"]) == 0
        assert main([*words, "--set", f"url={url}"]) == 2
    assert "--force" in capsys.readouterr().err


def bad(kind: str, rng: random.Random) -> object:
    text = good(rng.randrange(10_000))
    time = "las siete de la tarde"
    return {
        "wrong JSON": lambda: rng.choice([say(text)[:-3], text, "{}", '{"texts": 1}', "null"]),
        "not there": lambda: say(text.replace(*rng.choice([(time, "las ocho"), ("lunes", "día")]))),
        "doubled": lambda: say(f"{text} Sí, el lunes."),
        "other slot": lambda: say(f"{text} Y en Santander."),
        "other language": lambda: say(
            f"Please remind me on lunes that the {rng.choice(['dog', 'cat', 'bird'])} wants to be "
            f"fed before we are going out to the theatre with my friends at {time}."
        ),
        "cut": lambda: {"content": say(text)[:40], "finish_reason": "length"},
        "markup": lambda: say(text.replace("lunes", "<day>lunes</day>")),
        "count": lambda: say(*rng.choice([[], [text, text]])),
        "inflected": lambda: say(text.replace("lunes", "lunesito")),
    }[kind]()


KINDS = ["wrong JSON", "not there", "doubled", "other slot", "other language", "cut", "markup",
         "count", "inflected"]  # fmt: skip


def test_two_hundred_bad_answers_are_refused_each_with_its_reason(tmp_path: Path) -> None:
    rng = random.Random(11)
    kinds = {n: KINDS[n % len(KINDS)] for n in range(200)}
    script = {number(n): [bad(kind, rng)] for n, kind in kinds.items()}
    script |= {number(n): [say(good(n))] for n in range(200, 220)}
    script["plan_a_longer_trip"] = [OTHER]
    with scripted(script) as url:
        found, generator = generate(url, spec(tmp_path, 220), reasks=0, draws=1, concurrency=16)
        usage = [entry["usage"] for entry in log(url)]
    refused = {r.draw: r for r in found.refused if r.item == 0}
    assert set(refused) == set(range(200)), set(range(200)) ^ set(refused)
    expected = {
        "wrong JSON": "JSON|asked for", "not there": "does not stand", "doubled": "2 times",
        "other slot": "'Santander'", "other language": "not in Spanish", "cut": "cut off",
        "markup": "markup", "count": "texts, not 1", "inflected": "does not stand",
    }  # fmt: skip
    for n, kind in kinds.items():
        assert re.search(expected[kind], "; ".join(refused[n].faults)), (kind, refused[n])
    # An independent look at what was accepted: strings alone.
    accepted = [d for d in found.documents if d.labels["intent"] == "set_alarm"]
    assert len(accepted) == 20 and found.missing == {0: 200}
    for document in accepted:
        words = Counter(re.findall(r"\w+", document.text.lower()))
        assert words["lunes"] == 1 and document.text.count("las siete de la tarde") == 1
        assert not words["martes"] and not words["santander"]
        assert not set("[]<>{}") & set(document.text)
        for span in document.spans:
            surface = document.text[span.start : span.end]
            assert surface == {"day": "lunes", "time": "las siete de la tarde"}[span.label]
    assert len({d.text for d in accepted}) == 20
    cost = generator.cost()
    assert cost["requests"] == len(usage) == 221
    assert cost["tokens_in"] == sum(u["prompt_tokens"] for u in usage)
    assert cost["tokens_out"] == sum(u["completion_tokens"] for u in usage)


DIALOGUE = """
task: Talks between a guest and a restaurant's assistant.
lang: en
items:
  - labels: {domain: restaurant}
    count: 1
    turns:
      - {speaker: user, act: asks for a table, slots: {time: [eight o'clock]}}
      - {speaker: system, act: asks how many, slots: {}}
      - {speaker: user, act: tells, slots: {people: [six]}}
"""


def test_an_outline_becomes_a_dialogue_with_its_turns(tmp_path: Path) -> None:
    texts = ["A table at eight o'clock, please.", "For how many?", "There will be six of us."]
    with scripted({"restaurant": [say(*texts[:2]), say(*texts)]}) as url:
        found, _ = generate(url, spec(tmp_path, 1, DIALOGUE))
    (document,) = found.documents
    assert document.text == "\n".join(texts)
    assert [s.surface(document.text) for s in document.spans] == ["eight o'clock", "six"]
    turns = document.meta["turns"]
    assert [document.text[t["start"] : t["end"]] for t in turns] == texts
    assert [t["speaker"] for t in turns] == ["user", "system", "user"]


def test_draws_are_repeatable_and_values_of_a_row_can_be_told_apart(tmp_path: Path) -> None:
    text = SPEC.replace("[las siete de la tarde]", "[lunes por la tarde, las dos]")
    found = read_specification(spec(tmp_path, 3, text))
    rows = [draw(found, 0, n) for n in range(20)]
    assert rows == [draw(found, 0, n) for n in range(20)]
    assert all(dict(row.turns[0].slots)["time"] == "las dos" for row in rows)
    never = read_specification(
        spec(tmp_path, 3, SPEC.replace("[las siete de la tarde]", "[lunes]"))
    )
    with pytest.raises(UsageError, match="hold one another"):
        draw(never, 0, 0)


def test_values_are_translated_by_rule_or_kept(tmp_path: Path) -> None:
    table = tmp_path / "bitext.tsv"
    table.write_text("Monday\tlunes\n", encoding="utf-8")
    text = SPEC.replace(
        "lang: es", f"lang: es\nfrom: en\ntranslator: {{engine: bitext, model: {table}}}"
    )
    text = text.replace("day: [lunes]", "day: {values: [Monday], translate: true}")
    with scripted({"set_alarm": [say(good(1))], "plan_a_longer_trip": [OTHER]}) as url:
        found, _ = generate(url, spec(tmp_path, 1, text))
    assert "lunes" in {s.surface(found.documents[0].text) for s in found.documents[0].spans}


def test_the_command_writes_rows_refusals_and_cost_and_stops_at_the_budget(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    script = {number(n): [say(good(n))] for n in range(5)} | {"plan_a_longer_trip": [OTHER]}
    with scripted(script) as url:
        words = ["generate", spec(tmp_path, 3), "--model", "m", "-o", str(out)]
        settings = ["--set", f"url={url}", "--set", "price_in=1000000", "--set", "price_out=1"]
        assert main([*words, *settings]) == 0
        spent = sum(e["usage"]["prompt_tokens"] for e in log(url))
        notes = json.loads(Path(f"{out}.run.json").read_text())
        assert len(out.read_text().splitlines()) == 4 == notes["rows"]
        assert notes["cost"]["money"] == pytest.approx(spent, rel=1e-3)
        assert main([*words, *settings]) == 2  # the output is there
        assert main([*words, *settings, "--force", "--set", "budget_tokens=400",
                     "--set", "concurrency=1"]) == 1  # fmt: skip
    assert "the budget of 400 tokens is spent" in capsys.readouterr().err
    notes = json.loads(Path(f"{out}.run.json").read_text())
    assert 0 < notes["rows"] < 4 and notes["missing"]
    assert notes["cost"]["tokens_in"] + notes["cost"]["tokens_out"] <= 400
