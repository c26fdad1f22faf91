"""What people type is tidied, never mangled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web.text import UNSEEN, Block, blocks, fold, tidy, without_unseen


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  讲座\r\n在三楼\r ", "讲座\n在三楼"),
        ("é", "é"),
        ("\u3000全角空格\u3000", "全角空格"),
        ("", ""),
    ],
)
def test_text_is_tidied(typed: str, kept: str) -> None:
    assert tidy(typed) == kept


@pytest.mark.parametrize("unseen", ["\x00", "\x1b", "\u202e", "\u2066", "\ufeff", "\u200f", "\x85", "\ud800"])
def test_what_nobody_can_see_is_taken_out(unseen: str) -> None:
    assert without_unseen(f"讲{unseen}座") == "讲座"


@pytest.mark.parametrize("seen", ["\n", "\t", "中", "𠮷", "👨\u200d👩\u200d👧", "é", "ﬁ", "\u3000"])
def test_what_can_be_seen_stays(seen: str) -> None:
    assert without_unseen(f"讲{seen}座") == f"讲{seen}座"


@pytest.mark.parametrize(
    ("typed", "sought"), [("ＡＢＣ１２", "abc12"), ("Straße", "strasse"), (" 剪 纸 ", "剪 纸")]
)
def test_search_sees_no_width_and_no_case(typed: str, sought: str) -> None:
    assert fold(typed) == sought


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert not UNSEEN.search(fold(text))


def test_a_description_becomes_paragraphs_and_lists() -> None:
    text = "请带：\n- 剪刀\n- 红纸\n\n \n三楼见。\n靠窗那间。"
    assert blocks(text) == [
        Block(False, ("请带：",)),
        Block(True, ("剪刀", "红纸")),
        Block(False, ("三楼见。", "靠窗那间。")),
    ]


@given(st.lists(st.text(alphabet="讲座 -ab", min_size=1), min_size=1).map("\n".join))
def test_no_line_of_a_description_is_lost(text: str) -> None:
    shown = [line for block in blocks(text) for line in block.lines]
    typed = [line.strip().removeprefix("- ").strip() for line in text.split("\n") if line.strip()]
    assert sorted(shown) == sorted(typed)
