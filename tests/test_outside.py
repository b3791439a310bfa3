"""Nothing is written outside of the folder that is written."""

from datetime import date
from pathlib import Path

import pytest

from sopctl import files, library
from sopctl.files import FileTrouble
from sopctl.render import load, site


@pytest.mark.parametrize("name", ["../evil.md", "a/../../evil.md", "..\\evil.md", "/evil.md"])
@pytest.mark.parametrize("there", [False, True])
def test_a_file_outside_of_the_folder_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str, there: bool
) -> None:
    folder = tmp_path / "site"
    if there:
        files.write(folder / "old.md", "old")
    before = files.read_folder(tmp_path)
    with pytest.raises(FileTrouble, match="outside of its folder"):
        files.write_folder(folder, {"good.md": "good", name: "evil"})
    assert files.read_folder(tmp_path) == before


@pytest.mark.parametrize("register", ["roles", "teams", "schedules"])
def test_who_has_no_good_id_has_no_page_and_the_others_have(register: str) -> None:
    texts = {"a.yaml": f"{register}:\n  ../../evil: {{title: Evil}}\n  good: {{title: Good}}\n"}
    made = site(library.build(texts, date(2026, 11, 21)), load()).pages
    folder = "teams" if register == "teams" else "roles"
    assert f"{folder}/good.md" in made
    assert not [path for path, page in made.items() if ".." in path or "Evil" in page]
