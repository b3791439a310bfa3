"""Nothing is written outside of the folder that is written."""

from pathlib import Path

import pytest

from sopctl import files
from sopctl.files import FileTrouble


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
