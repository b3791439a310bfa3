"""What the site costs: against plain pages that MkDocs Material builds with its default navigation, and as it grows.

Run with `python -m bench.site`, or quickly with `python -m bench.site 100 300`: the counts of SOPs, least and most.
"""

import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from bench import handbook

_TODAY = "2026-11-21"
_ROOT = Path(__file__).parent.parent
_PLAIN = "site_name: Plain\ntheme: {name: material, font: false}\n"


class Cost(NamedTuple):
    """What one build took, and what came of it."""

    seconds: float
    pages: int
    html: float  # bytes of the page of a SOP, on average
    index: float  # bytes of the search index for one page of the site

    @property
    def each(self) -> float:
        return 1000 * self.seconds / self.pages


def main(least: int, most: int) -> None:
    """Measure and print; what the project promises stands in brackets."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, large = (_ours(folder / str(count), count) for count in (least, most))
        plain = _plain(folder / "plain", folder / str(least), least)
        print(f"{least:,} and {most:,} made SOPs; CPU time, everything from reading to the finished site\n")
        _say(
            f"{least:,} SOPs against as many equally long plain pages",
            small.seconds / plain.seconds,
            "at most 0.6 for 1,000",
        )
        _say(
            f"time of a page, {most:,} against {least:,}",
            large.each / small.each,
            "under 1.15 for 5,000 to 1,000",
        )
        _say("milliseconds a page", large.each, "no promise")
        _say("KB of HTML, the page of a SOP", large.html / 1000, "at most 45")
        _say(f"HTML of a page, {most:,} against {least:,}", large.html / small.html, "under 1.15")
        _say("KB of search index a page", large.index / 1000, "at most 3")


def _ours(folder: Path, count: int) -> Cost:
    handbook.write(folder, count)
    shutil.copy(_ROOT / "templates/start/mkdocs.yml", folder)
    seconds = _seconds([str(Path(sys.executable).with_name("sopctl")), "build", "--today", _TODAY], folder)
    html = folder / "site/html"
    pages = [page.stat().st_size for page in html.glob("sops/*/index.html")]
    index = (html / "search/search_index.json").stat().st_size
    return Cost(seconds, count, sum(pages) / len(pages), index / sum(1 for _ in html.rglob("index.html")))


def _plain(folder: Path, ours: Path, count: int) -> Cost:
    """As many pages as there are SOPs, each with the text of the page of one, in paragraphs and lists."""
    docs = folder / "docs"
    docs.mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(_PLAIN, encoding="utf-8")
    (docs / "index.md").write_text("# Plain\n", encoding="utf-8")
    for page in sorted((ours / "site/html/sops").glob("*/index.html")):
        (docs / f"{page.parent.name}.md").write_text(_as_plain(page), encoding="utf-8")
    seconds = _seconds([sys.executable, "-m", "mkdocs", "build", "--quiet"], folder)
    sizes = [page.stat().st_size for page in (folder / "site").glob("*/index.html")]
    return Cost(seconds, count, sum(sizes) / len(sizes), 0)


class _Text(HTMLParser):
    """The words of the article of a page, without its scripts and pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._inside = self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._inside += tag == "article"
        self._hidden += tag in ("script", "svg")

    def handle_endtag(self, tag: str) -> None:
        self._inside -= tag == "article"
        self._hidden -= tag in ("script", "svg")

    def handle_data(self, data: str) -> None:
        if self._inside and not self._hidden:
            self.words += re.findall(r"[\w.,;:?!-]+", data)


def _as_plain(page: Path) -> str:
    text = _Text()
    text.feed(page.read_text(encoding="utf-8"))
    lines = [" ".join(text.words[start : start + 12]) for start in range(0, len(text.words), 12)]
    parts = [f"# {page.parent.name}\n"]
    for start in range(0, len(lines), 8):
        heading, *rest = lines[start : start + 8]
        parts += [
            f"## {heading[:40]}\n",
            " ".join(rest[:4]) + "\n",
            "\n".join(f"- {line}" for line in rest[4:]) + "\n",
        ]
    return "\n".join(parts)


def _seconds(command: list[str], folder: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(json.dumps(command) + "\n" + done.stdout + done.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _say(what: str, figure: float, promise: str) -> None:
    print(f"{what:<62} {figure:7.2f}     ({promise})")


if __name__ == "__main__":
    main(*(int(count) for count in sys.argv[1:3]) if len(sys.argv) > 2 else (1000, 5000))
