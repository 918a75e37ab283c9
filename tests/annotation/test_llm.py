"""The annotator `llm` against a scripted server: nothing that a model says is taken on trust."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

pytest.importorskip("httpx")
pytest.importorskip("tenacity")

from projector.annotation.llm import LlmAnnotator
from projector.annotation.stage import AnnotateOptions, AnnotateStage
from projector.cli.main import main
from projector.errors import UsageError
from projector.records import Document, Span
from projector.stage import Rejected
from tests.models.chat_servers import log, scripted

TASK = """
task: Named entities in news, and who lives where.
labels:
  PER: persons by name
  LOC: places
relations:
  lives_in: {description: a person lives in a place, head: [PER], tail: [LOC]}
classes:
  topic: [sport, people]
examples:
  - text: Ann lives in Rome.
    spans: [{text: Ann, label: PER}, {text: Rome, label: LOC}]
    relations: [{label: lives_in, head: 1, tail: 2}]
    classes: {topic: people}
"""
TEXT = "Maria Keller lives in Berlin. Berlin is large, says Maria Keller."
SPANS = [["Maria Keller", "PER"], ["Berlin", "LOC"], ["Berlin", "LOC"], ["Maria Keller", "PER"]]


@pytest.fixture
def task(tmp_path: Path) -> str:
    path = tmp_path / "task.yaml"
    path.write_text(TASK, encoding="utf-8")
    return str(path)


def answer(spans=SPANS, relations=(("lives_in", 1, 2),), topic="people") -> str:
    return json.dumps(
        {
            "spans": [{"text": text, "label": label} for text, label in spans],
            "relations": [{"label": a, "head": h, "tail": t} for a, h, t in relations],
            "classes": {"topic": topic},
        }
    )


def annotate(url: str, task: str, *documents: Document, **options: object):
    stage = AnnotateStage(
        AnnotateOptions(
            engine="llm", model="m",
            options={"task": task, "url": url, "pause": 0.01, "prompts": "one", **options},
        )
    )  # fmt: skip
    return stage.process(list(documents)), stage


def spans_of(document: Document) -> list[tuple[int, str, str]]:
    return [(s.start, s.surface(document.text), s.label) for s in document.spans]


def test_spans_relations_and_classes_are_placed_in_the_text(task: str) -> None:
    with scripted({"Maria": [answer()]}) as url:
        [made], stage = annotate(url, task, Document("d", TEXT, "en"))
        (asked,) = log(url)
    assert isinstance(made, Document)
    assert spans_of(made) == [
        (0, "Maria Keller", "PER"), (22, "Berlin", "LOC"), (30, "Berlin", "LOC"),
        (52, "Maria Keller", "PER"),
    ]  # fmt: skip
    assert [(r.label, r.head, r.tail) for r in made.relations] == [("lives_in", "e0", "e1")]
    assert made.labels == {"topic": "people"} and made.tokens and "unplaced" not in made.meta
    schema = asked["question"]["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["spans"]["items"]["properties"]["label"]["enum"] == ["PER", "LOC"]
    assert [m["role"] for m in asked["question"]["messages"]] == [
        "system", "user", "assistant", "user"
    ]  # fmt: skip
    usage = asked["usage"]
    assert stage.cost() == {
        "requests": 1, "tokens_in": usage["prompt_tokens"],
        "tokens_out": usage["completion_tokens"],
    }  # fmt: skip


def test_a_slip_of_the_pen_is_found_by_edits_and_invention_is_not(task: str) -> None:
    wrong = answer([["maria  keler", "PER"], ["Berlim", "LOC"], ["Paris", "LOC"]], ())
    with scripted({"Maria": [wrong]}) as url:
        [made], _ = annotate(url, task, Document("d", TEXT, "en"), reasks=0)
    assert isinstance(made, Document)
    assert spans_of(made) == [(0, "Maria Keller", "PER"), (22, "Berlin", "LOC")]
    assert [u["what"] for u in made.meta["unplaced"]] == ["LOC: Paris"]
    assert {u["reason"] for u in made.meta["unplaced"]} == {"it is not in the text"}


def test_an_answer_with_faults_is_asked_for_again_with_the_faults_named(task: str) -> None:
    with scripted({"Maria": [answer([["Rome", "LOC"]], ()), "no JSON", answer()]}) as url:
        [made], _ = annotate(url, task, Document("d", TEXT, "en"))
        asked = log(url)
    assert len(asked) == 3 and isinstance(made, Document) and len(made.spans) == 4
    assert "LOC: Rome: it is not in the text" in asked[1]["question"]["messages"][-1]["content"]
    assert "holds no JSON" in asked[2]["question"]["messages"][-1]["content"]


def test_two_questions_find_spans_first_and_relations_among_them(task: str) -> None:
    first = json.dumps({"spans": json.loads(answer())["spans"], "classes": {"topic": "people"}})
    second = json.dumps({"relations": [{"label": "lives_in", "head": 4, "tail": 3}]})
    with scripted({"Maria": [first], '"number":1': [second]}) as url:
        [made], _ = annotate(url, task, Document("d", TEXT, "en"), prompts="two")
        assert len(log(url)) == 2
    assert isinstance(made, Document)
    assert [(r.head, r.tail) for r in made.relations] == [("e3", "e2")]


def test_relations_among_spans_that_the_record_brings(tmp_path: Path) -> None:
    path = tmp_path / "task.yaml"
    path.write_text("task: kinship\nrelations:\n  near: {description: close by}\n")
    given = Document("d", "A by B", "en", spans=[Span("x", 0, 1, "T"), Span("y", 5, 6, "T")])
    said = json.dumps({"relations": [{"label": "near", "head": 1, "tail": 2}]})
    with scripted({"A by B": [said]}) as url:
        [made], _ = annotate(url, str(path), given, prompts="auto")
    assert isinstance(made, Document)
    assert [s.id for s in made.spans] == ["x", "y"]
    assert [(r.label, r.head, r.tail) for r in made.relations] == [("near", "x", "y")]


def test_of_several_samples_what_enough_agree_on_stays_with_its_share(task: str) -> None:
    answers = [answer(SPANS[:2]), answer(SPANS[:2]), answer(SPANS[:1], (), "sport"), answer([], ())]
    with scripted({"Maria": answers}) as url:
        [made], _ = annotate(url, task, Document("d", TEXT, "en"), samples=4)
        questions = [entry["question"] for entry in log(url)]
    assert isinstance(made, Document)
    assert [(s.label, s.score) for s in made.spans] == [("PER", 0.75), ("LOC", 0.5)]
    assert [r.attributes for r in made.relations] == [{"score": 0.5}]
    assert made.labels == {"topic": "people"}
    assert [q["seed"] for q in questions] == [0, 1, 2, 3]
    assert {q["temperature"] for q in questions} == {0.7}


def test_a_document_without_any_answer_is_rejected_with_the_reason(task: str) -> None:
    script = {"first": ["what?"], "second": [{"status": 400}], "Maria": [answer()]}
    with scripted(script) as url:
        made, _ = annotate(
            url, task, Document("1", "first", "en"), Document("2", "second", "en"),
            Document("3", TEXT, "en"), Document("4", "x" * 30, "en"), context=len(TEXT) + 1,
        )  # fmt: skip
    assert [r.reason for r in made if isinstance(r, Rejected)] == ["engine_error"] * 3
    details = [r.detail for r in made if isinstance(r, Rejected)]
    assert "holds no JSON" in details[0] and "HTTP 400" in details[1] and "400" in details[2]
    assert isinstance(made[2], Document) and len(made[2].spans) == 4


def bad_answers(seed: int) -> list[tuple[str, object]]:
    """Two hundred answers of every bad kind, with the kind."""
    rng = random.Random(seed)
    good = json.loads(answer())
    found: list[tuple[str, object]] = []

    def changed(**parts: object) -> str:
        return json.dumps({**good, **parts})

    def one(kind: str) -> object:
        spans = list(good["spans"])
        n = rng.randrange(len(spans))
        if kind == "wrong JSON":
            text = answer()
            return rng.choice([text[:-2], text.replace(":", "=", 3), "[]", "null", "{}}", "Sure!"])
        if kind == "not there":
            spans[n] = {
                "text": rng.choice(["Paris", "the mayor", "Maria Kell Junior"]),
                "label": "LOC",
            }
            return changed(spans=spans)
        if kind == "doubled":
            return changed(spans=[*spans, spans[n]])
        if kind == "other language":
            spans[n] = {
                "text": rng.choice(["vive en", "sagt sie", "ist groß", "柏林"]),
                "label": "PER",
            }
            return changed(spans=spans)
        if kind == "cut":
            return {"content": answer()[: rng.randrange(5, 80)], "finish_reason": "length"}
        if kind == "label":
            spans[n] = {"text": spans[n]["text"], "label": rng.choice(["ORG", "", "per"])}
            return changed(spans=spans)
        if kind == "relation":
            bad = rng.choice([("lives_in", 2, 1), ("lives_in", 1, 9), ("lives_in", 0, 1),
                              ("knows", 1, 4), ("lives_in", 1, 1)])  # fmt: skip
            return answer(relations=[bad])
        if kind == "class":
            return answer(topic=rng.choice(["weather", ""]))
        return changed(spans=rng.choice(["none", [1, 2], [{"text": 3, "label": "PER"}], {"a": 1}]))

    kinds = ["wrong JSON", "not there", "doubled", "other language", "cut", "label", "relation",
             "class", "shape"]  # fmt: skip
    for k in range(200):
        kind = kinds[k % len(kinds)]
        found.append((kind, one(kind)))
    return found


def test_two_hundred_bad_answers_leave_only_what_holds_and_a_reason_for_the_rest(
    task: str,
) -> None:
    """The checker below knows nothing of the annotator: it looks at the records alone."""
    bad = bad_answers(7)
    documents = [Document(str(n), f"{TEXT} ({n})", "en") for n in range(len(bad))]
    script = {f"({n})": [said] for n, (_, said) in enumerate(bad)}
    with scripted(script) as url:
        made, stage = annotate(url, task, *documents, reasks=0, concurrency=16)
        usage = [entry["usage"] for entry in log(url)]
    for document, outcome, (kind, said) in zip(documents, made, bad, strict=True):
        if isinstance(outcome, Rejected):
            assert kind in ("wrong JSON", "cut", "shape") and outcome.detail, (kind, said)
            continue
        assert kind not in ("cut", "shape"), said
        assert isinstance(outcome, Document) and outcome.text == document.text
        places = [(s.start, s.end, s.label) for s in outcome.spans]
        assert len(set(places)) == len(places)
        for span in outcome.spans:
            surface = document.text[span.start : span.end]
            assert span.label in ("PER", "LOC") and surface in ("Maria Keller", "Berlin"), said
        labels = {s.id: s.label for s in outcome.spans}
        for relation in outcome.relations:
            assert relation.label == "lives_in"
            assert (labels[relation.head], labels[relation.tail]) == ("PER", "LOC"), said
        assert outcome.labels in ({}, {"topic": "people"})
        assert outcome.meta["unplaced"] and all(u["reason"] for u in outcome.meta["unplaced"]), said
    assert len(usage) == 200
    cost = stage.cost()
    assert cost["requests"] == 200
    assert cost["tokens_in"] == sum(u["prompt_tokens"] for u in usage)
    assert cost["tokens_out"] == sum(u["completion_tokens"] for u in usage)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("task: x", "found no labels, relations or classes"),
        ("task: x\nlabels: {A: a}\nlabels: {B: b}", "the key 'labels' a second time"),
        ("task: &a x\nlabels: {A: *a}", "an alias"),
        ("task: x\nlabel: {A: a}", "unknown field `label`"),
        ("task: x\nlabels: {A: a}\nrelations: {r: {head: [B]}}", "found the label 'B'"),
        ("task: x\nlabels: {A: a}\nexamples: [{text: t, spans: [{text: u, label: A}]}]", "'u'"),
        ("task: [", "task.yaml:"),
    ],
)
def test_a_task_that_makes_no_sense_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "task.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=message.replace("*", r"\*")):
        LlmAnnotator("m", task=str(path), url="http://127.0.0.1:9/v1")


def test_the_command_writes_annotations_and_what_they_cost(tmp_path: Path, task: str) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"id": "d", "text": TEXT, "lang": "en"}) + "\n")
    with scripted({"Maria": [answer()]}) as url:
        words = ["annotate", str(source), "--engine", "llm", "--model", "m", "-o", str(out)]
        for setting in (f"task={task}", f"url={url}", "prompts=one", "price_in=1", "price_out=2"):
            words += ["--set", setting]
        assert main(words) == 0
        usage = log(url)[0]["usage"]
    assert len(json.loads(out.read_text())["spans"]) == 4
    cost = json.loads(Path(f"{out}.run.json").read_text())["summary"]["cost"]["annotate"]
    money = (usage["prompt_tokens"] + 2 * usage["completion_tokens"]) / 1e6
    assert cost["requests"] == 1 and cost["money"] == pytest.approx(money)
