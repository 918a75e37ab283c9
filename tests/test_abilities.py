"""What engines may be able to do: asked for by protocol, costs added up."""

from __future__ import annotations

from projector.abilities import KeepsState, ReportsCost, total_cost
from projector.alignment.base import AlignsRecords, KeepsLinks
from projector.engines import engine_class, option_names


class Spender:
    def __init__(self, tokens: float) -> None:
        self.tokens = tokens

    def cost(self) -> dict[str, float]:
        return {"tokens_in": self.tokens}


def test_costs_of_parts_are_added_and_a_part_that_stands_twice_counts_once() -> None:
    one, two = Spender(3), Spender(4)
    assert total_cost([one, two, one, object()]) == {"tokens_in": 7}
    assert total_cost([object()]) == {}
    assert isinstance(one, ReportsCost) and not isinstance(object(), ReportsCost)


def test_the_aligners_have_the_abilities_that_the_stage_asks_for() -> None:
    hmm, auto = engine_class("aligners", "hmm")(), engine_class("aligners", "auto")()
    links = engine_class("aligners", "import")("links.txt")
    assert isinstance(hmm, KeepsState) and not isinstance(hmm, KeepsLinks | AlignsRecords)
    assert isinstance(auto, KeepsLinks)
    assert isinstance(links, AlignsRecords)
    assert "bitext" in option_names(type(hmm)) and option_names(type(links)) == ["links"]
    assert option_names(object) == []
