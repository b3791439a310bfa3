"""How much room texts take on a terminal."""

from sopctl import columns


def test_letters_are_two_columns_wide_or_none() -> None:
    assert [columns.wide(each) for each in ("abc", "停止", "e\u0301", "ＡＭＬ")] == [3, 4, 1, 6]
    assert columns.padded("停止", 6) + "|" == "停止  |"


def test_a_text_without_spaces_goes_on_in_the_next_line_but_not_with_a_sign_that_closes() -> None:
    rows = columns.wrapped("報告と証拠を、最後まで。 KYC-1 も", 12, "- ", "  ")
    assert rows == ["- 報告と証拠", "  を、最後ま", "  で。 KYC-1", "  も"]


def test_a_word_with_marks_stays_whole() -> None:
    assert columns.wrapped("كاملًا كاملًا 停", 9) == ["كاملًا", "كاملًا 停"]
