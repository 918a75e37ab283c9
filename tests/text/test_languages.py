from projector.text.languages import base_language


def test_codes_come_down_to_the_plain_language() -> None:
    codes = ["es", "spa", "pt-BR", "zho_Hans", " EN ", "ca-valencia", "xyz", ""]
    assert [base_language(c) for c in codes] == ["es", "es", "pt", "zh", "en", "ca", "xyz", ""]
