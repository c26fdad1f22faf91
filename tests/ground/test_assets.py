"""Browsers' files appear whole, also while several workers start at once."""

import os
from pathlib import Path

import pytest

from portal.web import assets


def test_what_is_half_written_lies_beside_the_folder_that_others_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts, replace = [], os.replace

    def watched(draft: Path, path: Path) -> None:
        drafts.append(draft)
        replace(draft, path)

    monkeypatch.setattr(os, "replace", watched)
    assets.build(tmp_path)
    assert {draft.parent for draft in drafts} == {tmp_path}
    assert list((tmp_path / "assets").glob(".*")) == []
    drafts.clear()
    assets.build(tmp_path)
    assert drafts == [], "the next worker writes nothing"
