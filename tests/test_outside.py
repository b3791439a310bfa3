"""Nothing is written outside of the folder that is written."""

import re
from datetime import date
from pathlib import Path

import pytest

from sopctl import files, library, writing
from sopctl.files import FileTrouble
from sopctl.render import load, site


@pytest.mark.parametrize("name", ["../evil.md", "a/../../evil.md", "..\\evil.md", "/evil.md"])
@pytest.mark.parametrize("there", [False, True])
def test_a_file_outside_of_the_folder_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str, there: bool
) -> None:
    folder = tmp_path / "site"
    if there:
        writing.write(folder / "old.md", "old")
    before = files.read_folder(tmp_path)
    with pytest.raises(FileTrouble, match="outside of its folder"):
        writing.write_folder(folder, {"good.md": "good", name: "evil"})
    assert files.read_folder(tmp_path) == before


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(**_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", denied)
    said = re.escape(f"{tmp_path / 'site' / 'pages'} cannot be written: permission denied")
    with pytest.raises(FileTrouble, match=said):
        writing.write_folder(tmp_path / "site" / "pages", {"index.md": "x"})


@pytest.mark.parametrize("there", [False, True])
def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, there: bool) -> None:
    if there:
        writing.write(tmp_path / "site/old.md", "old")
    with pytest.raises(FileTrouble, match=r"roles/a+\.md cannot be written: file name too long"):
        writing.write_folder(tmp_path / "site", {f"roles/{'a' * 300}.md": "x"})


def test_links_in_a_folder_that_is_written_are_taken_away_and_not_followed(tmp_path: Path) -> None:
    writing.write(tmp_path / "theirs/keep.md", "theirs")
    writing.write(tmp_path / "site/old.md", "old")
    for link, target in (
        ("page.md", "../theirs/keep.md"),
        ("gone.md", "../theirs/keep.md"),
        ("roles", "../theirs"),
    ):
        (tmp_path / "site" / link).symlink_to(target)
    wanted = {"page.md": "ours", "roles/keep.md": "ours"}
    writing.write_folder(tmp_path / "site", wanted)
    assert files.read_folder(tmp_path / "site") == dict.fromkeys(wanted, b"ours")
    assert files.read_folder(tmp_path / "theirs") == {"keep.md": b"theirs"}


@pytest.mark.parametrize("register", ["roles", "teams", "schedules"])
def test_who_has_no_good_id_has_no_page_and_the_others_have(register: str) -> None:
    texts = {"a.yaml": f"{register}:\n  ../../evil: {{title: Evil}}\n  good: {{title: Good}}\n"}
    made = site(library.build(texts, date(2026, 11, 21)), load()).pages
    folder = "teams" if register == "teams" else "roles"
    assert f"{folder}/good.md" in made
    assert not [path for path, page in made.items() if ".." in path or "Evil" in page]
