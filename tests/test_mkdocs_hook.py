"""The hook for MkDocs saves time, and changes nothing that anybody reads or finds."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import markdown
import pytest
from test_render import _extensions, full, html_of

from sopctl import mkdocs_hook


class Config:
    def __init__(self) -> None:
        self.markdown_extensions: list[Any] = []


def with_hook(page: str) -> str:
    names, options = _extensions()
    body = page.split("---\n", 2)[2]
    extensions = [*names, *mkdocs_hook.on_config(Config()).markdown_extensions]
    return markdown.Markdown(extensions=extensions, extension_configs=options).convert(body)


def bare(html: str) -> str:
    return re.sub(r"\s*\n\s*|<!--/?sop-->", "", html)


@pytest.mark.parametrize("page", ["TS-APP-002", "TS-OLD-001"])
def test_a_page_is_the_same_with_the_hook_and_without(page: str) -> None:
    written = full()[1].pages[f"sops/{page}.md"]
    assert "<!--sop-->" in written
    assert bare(with_hook(written)) == bare(html_of(written))


BUILD = "site_name: x\ntheme: {name: material, font: false}\nplugins: [search]\nmarkdown_extensions: [md_in_html]\n"


def test_search_finds_the_same_with_the_hook_and_without(tmp_path: Path) -> None:
    pages = {name: text for name, text in full()[1].pages.items() if name.startswith("sops/")}
    found = {}
    for hooks in ("", f"hooks: ['{Path(mkdocs_hook.__file__).as_posix()}']\n"):
        folder = tmp_path / ("with" if hooks else "without")
        for name, text in {**pages, "index.md": "# Home\n"}.items():
            (folder / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "docs" / name).write_text(text, encoding="utf-8")
        (folder / "mkdocs.yml").write_text(BUILD + hooks)
        command = [sys.executable, "-m", "mkdocs", "build", "--config-file", str(folder / "mkdocs.yml")]
        subprocess.run(command, check=True, capture_output=True)
        index = json.loads((folder / "site/search/search_index.json").read_text("utf-8"))
        found[bool(hooks)] = [(each["location"], each["title"], " ".join(re.sub("<[^>]*>", " ", each["text"]).split())) for each in index["docs"]]  # fmt: skip
        html = (folder / "site/sops/TS-APP-002/index.html").read_text("utf-8")
        assert "data-search-exclude" not in html
        assert not hooks or "<!--sop-->" not in html
    assert found[True] == found[False]
    assert any("The old way" in title for _, title, _ in found[True])
    assert not any("Lead" in text for _, _, text in found[True])
