"""Unknown names in the analyser's output."""

from projector.translation.apertium.names import NAME, find_names
from projector.translation.apertium.stream import read_items


def units(stream: str) -> list[tuple[str, bool]]:
    """Surfaces of the units, and whether each was made a name."""
    return [
        (item.surface, NAME in "".join(item.readings))
        for item in find_names(read_items(stream + "^./.<sent>$[]"), "en")
        if item.readings is not None
    ]


def test_an_unknown_capitalised_word_is_a_name_in_mid_sentence() -> None:
    assert units("^The/the<det>$ ^Zork/*Zork$ ^grumbles/*grumbles$") == [
        ("The", False), ("Zork", True), ("grumbles", False), (".", False),
    ]  # fmt: skip


def test_at_the_beginning_something_must_confirm_it() -> None:
    assert units("^Worshiping/*Worshiping$ ^is/be<vbser>$")[0] == ("Worshiping", False)
    assert units("^Zork/*Zork$ ^'s/'s<gen>/be<vbser>$")[0] == ("Zork", True)


def test_neighbours_are_one_name() -> None:
    assert units("^of/of<pr>$ ^Wunderlich/*Wunderlich$ ^Smork/*Smork$ ^Inc/Inc<n>$")[1] == (
        "Wunderlich Smork Inc", True,
    )  # fmt: skip
    assert units("^of/of<pr>$ ^Wulf/*Wulf$-^Mathies/*Mathies$")[1] == ("Wulf-Mathies", True)


def test_an_abbreviation_takes_its_full_stop_where_the_sentence_goes_on() -> None:
    given = "^saw/see<vblex>$ ^Prof/*Prof$^./.<sent>$ ^Pepper/Pepper<n>$ ^run/run<vblex>$"
    assert units(given)[1] == ("Prof. Pepper", True)
    assert units("^by/by<pr>$ ^A/a<det>$^./.<sent>$^I/I<num>$^./.<sent>$ ^now/now<adv>$")[1] == (
        "A.I.", True,
    )  # fmt: skip


def test_capitals_taken_for_a_small_word() -> None:
    assert units("^the/the<det>$ ^AM/be<vbser>$ ^said/say<vblex>$")[1] == ("AM", True)
    assert units("^do/do<vblex>$ ^NOT/not<adv>$ ^go/go<vblex>$")[1] == ("NOT", False)
