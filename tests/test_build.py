"""The site is made whole or not at all."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from sopctl import build, files, library, writing
from sopctl.build import BuildTrouble, Built, Places
from sopctl.cli import ground, publish
from sopctl.diagnostic import Diagnostic, Severity
from sopctl.files import FileTrouble
from sopctl.library import Library
from sopctl.lint import lint
from sopctl.rules import RULES

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)
REGISTERS = """\
knowledge_base: {title: "Docks <b>& sons</b>"}
roles:
  lead: {title: Dock lead}
  agent: {title: Dock agent, reports_to: lead}
"""
SOP = """\
id: DK-OPN-001
title: Open the <script>alert(1)</script> dock
version: 1.0.0
status: draft
owner: lead
purpose: Ships can land. ![The plan](plan.png)
scope: The dock.
trigger: A ship calls.
steps:
  - {id: open-gate, title: Open the gate, role: agent, text: "Push. See [[#open-gate]] and [the rules](house/rules.md).", next: done}
outcomes: {done: The dock is open}
change_history: [{version: 1.0.0, on: 2026-01-05, author: lead, summary: First}]
"""


@pytest.fixture
def docks(tmp_path: Path) -> Path:
    writing.write(tmp_path / "sops/registers.yaml", REGISTERS)
    writing.write(tmp_path / "sops/DK-OPN-001.yaml", SOP)
    writing.write(tmp_path / "sops/plan.png", b"\x89PNG")
    writing.write(tmp_path / "sops/house/rules.md", "# Rules\n\n<script>alert(2)</script>")
    shutil.copy(ROOT / "templates/start/mkdocs.yml", tmp_path)
    return tmp_path


def read(root: Path) -> Library:
    return library.build(files.texts_in(root, root / "sops"), TODAY, files.beside(root))


def make(root: Path, fail_on: Severity = Severity.ERROR) -> tuple[Built, list[str]]:
    told: list[str] = []
    return build.build(Places.of(root), read(root), told.append, fail_on=fail_on), told


def snapshot(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()
    }


def test_a_knowledge_base_becomes_a_site(docks: Path) -> None:
    made, told = make(docks)
    html = docks / "site/html"
    page = (html / "sops/DK-OPN-001/index.html").read_text()
    assert not made.stopped
    assert told == [f"{made.pages} pages are written; MkDocs makes the site of them"]
    assert "Open the &#60;script&#62;alert&#40;1" in page or "Open the &#60;script&#62;alert(1)" in page
    assert (html / "files/sops/plan.png").read_bytes() == b"\x89PNG"
    assert (html / "assets/sopctl.css").is_file()
    for each in html.rglob("*.html"):
        text = each.read_text()
        assert not re.search(r"<script[^>]*>alert", text), each
        assert "<b>& sons" not in text, each
        assert not re.search(
            r'(?:src|href)="(?:https?:)?//(?!squidfunk|www\.mkdocs)',
            text.replace('href="https://example.org', ""),
        ), each
    assert not list(docks.rglob("*.tmp"))
    assert not list(docks.glob(".*"))

    # a second build that fails leaves the first one as it was
    before = snapshot(html)
    writing.write(docks / "templates/tags.md.jinja", "[gone](nowhere.md) [lost](index.md#lost)")
    with pytest.raises(BuildTrouble) as raised:
        make(docks)
    said = str(raised.value)
    assert said.startswith("MkDocs cannot make the site; the last good one stays:")
    assert "the page tags.md contains a link `nowhere.md`".replace("`", "'") in said
    assert "#lost" in said
    assert snapshot(html) == before
    assert {path.name for path in (docks / "site").iterdir()} == {"html", "pages"}


@pytest.mark.parametrize(
    ("name", "meant"),
    [("sopp.md.jinja", " (did you mean `sop.md.jinja`?)"), ("nosuch-thing-of-ours.md.jinja", "")],
)
def test_a_template_that_no_page_is_made_of_is_told(docks: Path, name: str, meant: str) -> None:
    writing.write(docks / "templates" / name, "x")
    writing.write(docks / "templates/tags.md.jinja", '{% include "part.md.jinja" %}')
    writing.write(docks / "templates/part.md.jinja", "# Tags")
    told: list[str] = []
    build.render(Places.of(docks), read(docks), told.append)
    assert told == [
        f"warning: templates/{name} is not used: no page is made of a template of this name{meant}, and no other template names it"
    ]


def test_findings_stop_the_build_before_anything_is_written(docks: Path) -> None:
    writing.write(docks / "sops/DK-OPN-001.yaml", SOP.replace("role: agent", "role: nobody"))
    before = snapshot(docks)
    made, told = make(docks)
    assert made.stopped
    assert [each.code for each in made.diagnostics if each.severity is Severity.ERROR] == ["SOP303"]
    assert not told
    assert snapshot(docks) == before


def test_a_milder_finding_stops_it_where_that_is_asked_for(docks: Path) -> None:
    worst = {each.severity for each in lint(read(docks), RULES)}
    assert Severity.ERROR not in worst
    assert Severity.NOTE in worst
    assert make(docks, Severity.NOTE)[0].stopped


def test_a_mistake_in_mkdocs_yml_is_told_in_its_own_words(docks: Path) -> None:
    text = (docks / "mkdocs.yml").read_text()
    writing.write(docks / "mkdocs.yml", text.replace("- tables", "- immaterial"))
    with pytest.raises(BuildTrouble, match="immaterial") as raised:
        make(docks)
    assert str(raised.value).startswith("MkDocs cannot make the site:")  # and none is said to stay
    assert not (docks / "site/html").exists()


@pytest.mark.parametrize("link", ["site", "site/pages"])
@pytest.mark.parametrize("target", ["theirs", "sops"])
def test_no_site_is_written_through_a_link(docks: Path, link: str, target: str) -> None:
    writing.write(docks / "theirs/pages/keep.md", "theirs")
    writing.write(docks / "theirs/html/keep.html", "theirs")
    (docks / link).parent.mkdir(exist_ok=True)
    (docks / link).symlink_to(docks / target)
    before = snapshot(docks)
    for write in (make, lambda root: build.render(Places.of(root), read(root), print)):
        with pytest.raises(
            FileTrouble, match=f"^`{link}` is a link, and what stands behind it would be deleted"
        ):
            write(docks)
    assert snapshot(docks) == before


LINKED = {"environ.txt": "/proc/self/environ", "zero.png": "/dev/zero", "git.txt": "../.git/config",
          "env.txt": "../.env", "ours.txt": "../shared/ours.txt"}  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="links and pipes")
def test_a_linked_file_is_a_file_of_the_repository(docks: Path) -> None:
    for path in (".git/config", ".env", "shared/ours.txt"):
        writing.write(docks / path, path)
    os.mkfifo(docks / "sops/pipe.txt")
    for link, target in LINKED.items():
        (docks / "sops" / link).symlink_to(target)
    written = " ".join(f"[it]({name})" for name in (*LINKED, "pipe.txt"))
    writing.write(docks / "sops/DK-OPN-001.yaml", f"{SOP}notes: {written!r}\n")
    broken = {each.message for each in lint(read(docks), RULES) if each.code == "SOP305"}
    out, hidden = "this link leads out of the repository", "this link leads to a hidden file"
    why = {"environ.txt": out, "zero.png": out, "git.txt": out, "env.txt": hidden,
           "pipe.txt": "this is a pipe or a device, not a file"}  # fmt: skip
    assert broken == {f"the link `{name}` is broken: `sops/{name}`: {said}" for name, said in why.items()}
    build.render(Places.of(docks), read(docks), print)
    assert {path.name for path in (docks / "site/pages/files/sops").iterdir()} == {
        "house",
        "ours.txt",
        "plan.png",
    }


@pytest.mark.skipif(os.name != "posix", reason="links and pipes")
@pytest.mark.parametrize("link", ["site/home", "site/home/secret.txt"])
def test_pages_by_hand_stand_in_the_repository(
    docks: Path, link: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    theirs = tmp_path_factory.mktemp("theirs")
    writing.write(theirs / "secret.txt", "secret")
    (docks / link).parent.mkdir(parents=True, exist_ok=True)
    (docks / link).symlink_to(theirs if link == "site/home" else theirs / "secret.txt")
    with pytest.raises(FileTrouble, match=r"^site/home/secret\.txt: this link leads out of the repository"):
        build.render(Places.of(docks), read(docks), print)
    assert not (docks / "site/pages").exists()


def test_pages_by_hand_take_the_place_of_ours(docks: Path) -> None:
    writing.write(docks / "site/home/index.md", "# By hand")
    writing.write(docks / "site/home/assets/own.css", "a {}")
    build.render(Places.of(docks), read(docks), print)
    assert (docks / "site/pages/index.md").read_text() == "# By hand"
    assert (docks / "site/pages/assets/own.css").is_file()
    assert (docks / "site/pages/assets/sopctl.css").is_file()


def test_rendering_again_touches_only_what_changed(docks: Path) -> None:
    places = Places.of(docks)
    build.render(places, read(docks), print)
    before = {path: path.stat().st_mtime_ns for path in places.pages.rglob("*.md")}
    writing.write(docks / "sops/DK-OPN-001.yaml", SOP.replace("Push.", "Pull."))
    build.render(places, read(docks), print)
    after = {path: path.stat().st_mtime_ns for path in places.pages.rglob("*.md")}
    assert {path.name for path in after if before[path] != after[path]} == {"DK-OPN-001.md"}


def serve(
    docks: Path,
    changes: Callable[..., Iterator[set[Any]]],
    tell: Callable[[str], object] = lambda _: None,
    show: Callable[[list[Diagnostic]], object] = lambda _: None,
    address: str = "127.0.0.1:0",
    **more: Any,
) -> None:
    """The preview, for as long as there are changes."""
    build.serve(
        Places.of(docks), lambda: read(docks), tell, show, sops=docks / "sops", changes=changes, address=address, **more
    )  # fmt: skip


def test_the_preview_goes_on_whatever_the_writer_does(docks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes come from here, and the browser's part is played by a process that waits."""
    monkeypatch.setattr(build, "MKDOCS", ("python3", "-c", "import time; time.sleep(60)"))
    told: list[str] = []
    shown: list[list[str]] = []
    page = docks / "site/pages/sops/DK-OPN-001.md"
    (docks / "templates").mkdir()

    def changes(*watched: Path, **_: object) -> Iterator[set[str]]:
        assert docks / "sops" in watched
        assert page.is_file()
        yield set()
        writing.write(docks / "sops/DK-OPN-001.yaml", "id: [")
        yield {"broken"}
        assert "SOP001" in shown[-1]
        (docks / "sops/DK-OPN-001.yaml").write_bytes(b"\xff\xfe\x00")
        yield {"no text"}
        writing.write(docks / "sops/DK-OPN-001.yaml", SOP.replace("Push.", "Pull."))
        writing.write(docks / "templates/sop.md.jinja", "{{ nothing.at.all }}")
        yield {"a template"}
        assert "templates/sop.md.jinja, line 1" in told[-1]
        (docks / "templates/sop.md.jinja").unlink()
        yield {"mended"}
        assert "Pull." in page.read_text()

    def show(diagnostics: list[Diagnostic]) -> None:
        shown.append([each.code for each in diagnostics])

    threads = threading.active_count()  # others may have left some
    serve(docks, changes, told.append, show)
    assert len(shown) == 5
    assert "the preview will stand at http://127.0.0.1:0/ once the site is made; stop it with Ctrl-C" in told
    assert not list(docks.glob(".*"))
    assert threading.active_count() == threads


def preview(
    docks: Path, changes: Callable[..., Iterator[set[Any]]], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """What is told while these changes are made; the browser's part is played by a process that waits."""
    monkeypatch.setattr(build, "MKDOCS", ("python3", "-c", "import time; time.sleep(60)"))
    told: list[str] = []
    serve(docks, changes, told.append)
    return told


def test_a_folder_that_is_deleted_and_made_anew_at_once_is_watched_anew(
    docks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched: list[int] = []

    def changes(*folders: Path, **__: object) -> Iterator[set[tuple[int, str]]]:
        watched.append(len(folders))
        if len(watched) == 1:
            yield {(3, str(docks / "sops")), (3, str(docks / "sops/DK-OPN-001.yaml"))}
            raise AssertionError("the folder that is gone is watched on")
        yield set()

    preview(docks, changes, monkeypatch)
    assert watched == [1, 1]


def test_what_cannot_be_read_keeps_its_pages_in_the_preview(
    docks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, role = (docks / "site/pages" / each for each in ("sops/DK-OPN-001.md", "roles/agent.md"))

    def changes(*_: Path, **__: object) -> Iterator[set[str]]:
        writing.write(docks / "sops/DK-OPN-001.yaml", f"{SOP}x: [\n")
        yield {"a SOP that cannot be read"}
        assert "Push." in page.read_text()
        writing.write(docks / "sops/registers.yaml", f"{REGISTERS}x: [\n")
        yield {"nor can the registers"}
        assert "Dock agent" in role.read_text()
        writing.write(docks / "sops/registers.yaml", REGISTERS)
        writing.write(docks / "sops/DK-OPN-001.yaml", SOP.replace("Push.", "Pull."))
        yield {"mended"}
        assert "Pull." in page.read_text()
        (docks / "sops/DK-OPN-001.yaml").unlink()
        yield {"deleted"}
        assert not page.exists()

    stay = "stay until what stands there can be read"
    said = [
        each.partition("pages are up to date")[2]
        for each in preview(docks, changes, monkeypatch)
        if "up to date" in each
    ]
    assert said == [
        "",
        f"; the old ones of sops/DK-OPN-001.yaml {stay}",
        f"; the old ones of 2 files {stay}",
        "",
        "",
    ]


def test_the_preview_outlives_a_mistake_of_ours(docks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = docks / "site/pages/sops/DK-OPN-001.md"

    def changes(*_: Path, **__: object) -> Iterator[set[str]]:
        writing.write(docks / "sops/DK-OPN-001.yaml", SOP.replace("Push.", "Pull."))
        with monkeypatch.context() as for_now:
            for_now.setattr(build, "site", lambda *_: 1 + "")  # type: ignore[operator]
            yield {"something"}
            assert "Push." in page.read_text()
        yield {"something else"}
        assert "Pull." in page.read_text()

    said = next(each for each in preview(docks, changes, monkeypatch) if "mistake" in each)
    assert said.startswith("a mistake of sopctl itself (TypeError: ")
    assert said.endswith("); please report it; the old pages stay")


def test_the_preview_takes_up_another_menu_and_another_name(
    docks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told_to_mkdocs() -> tuple[str, bool]:
        [config] = docks.glob(".mkdocs.yml.*")
        told = yaml.safe_load(config.read_text())
        return told["site_name"], "metrics.md" in str(told["nav"])

    def changes(*_: Path, **__: object) -> Iterator[set[str]]:
        assert told_to_mkdocs() == ("Docks &lt;b&gt;&amp; sons&lt;/b&gt;", False)
        more = "metrics: {speed: {title: Speed, definition: Ships a day.}}\n"
        writing.write(
            docks / "sops/registers.yaml", REGISTERS.replace("<b>& sons</b>", "and daughters") + more
        )
        yield {"registers"}
        assert told_to_mkdocs() == ("Docks and daughters", True)
        writing.write(docks / "sops/registers.yaml", "x: [\n")
        yield {"nobody knows what is in them"}
        assert told_to_mkdocs() == ("Docks and daughters", True)
        writing.write(docks / "sops/registers.yaml", REGISTERS)
        yield {"mended"}
        assert told_to_mkdocs() == ("Docks &lt;b&gt;&amp; sons&lt;/b&gt;", False)

    preview(docks, changes, monkeypatch)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("docs_dir: docs\nsite_dir: public\n", "`docs_dir` and `site_dir` in mkdocs.yml do not count"),
        ("site_dir: public\n", "`site_dir` in mkdocs.yml does not count"),
        ("docs_dir: site/pages\nsite_dir: site/html\n", ""),
        ("docs_dir: site/home\n", ""),
    ],
)
def test_folders_that_are_not_followed_are_told_with_those_that_are(
    docks: Path, monkeypatch: pytest.MonkeyPatch, written: str, told: str
) -> None:
    writing.write(docks / "mkdocs.yml", written)
    first = preview(docks, lambda *_, **__: iter([{""}]), monkeypatch)[0]
    if told:
        assert (
            first == f"warning: {told}: pages by hand belong in site/home, and the site is made in site/html"
        )
    else:
        assert "warning" not in first


def test_a_folder_that_is_made_while_the_preview_runs_is_watched_from_then_on(
    docks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "MKDOCS", ("python3", "-c", "import time; time.sleep(60)"))
    page = docks / "site/pages/index.md"
    seen: list[tuple[Path, ...]] = []

    def changes(*watched: Path, **_: object) -> Iterator[set[str]]:
        seen.append(watched)
        yield set()
        if len(seen) == 1:
            writing.write(docks / "templates/home.md.jinja", "Ours")
            yield set()
            pytest.fail("the new folder is not watched")
        elif len(seen) == 2:
            assert page.read_text() == "Ours"
            writing.write(docks / "site/home/index.md", "By hand")
            yield set()
        assert page.read_text() == "By hand"

    serve(docks, changes)
    sops, templates, home = docks / "sops", docks / "templates", docks / "site/home"
    assert seen == [(sops,), (sops, templates), (sops, templates, home)]


def test_a_preview_that_cannot_start_says_why(docks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        build, "MKDOCS", ("python3", "-c", "print('ERROR    -  the port is taken'); raise SystemExit(1)")
    )

    def changes(*_: Path, **__: object) -> Iterator[set[str]]:
        while True:
            yield set()

    with pytest.raises(BuildTrouble, match="the port is taken"):
        serve(docks, changes)


def test_a_preview_that_cannot_be_renewed_says_why(docks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The part of MkDocs is played by a process that says what MkDocs says."""
    said = "WARNING -  A link\nTraceback (most recent call last):\nNameError: no x\nERROR   -  [09:05:01] An error happened during the rebuild. The server"
    code = f"import time; print({said!r}, flush=True); time.sleep(60)"
    monkeypatch.setattr(build, "MKDOCS", (sys.executable, "-c", code))
    told: list[str] = []

    def changes(*_: Path, **__: object) -> Iterator[set[str]]:
        for _ in range(200):
            time.sleep(0.05)
            yield set()
            if "NameError" in told[-1]:
                return

    serve(docks, changes, told.append)
    assert told[-1] == (
        "MkDocs cannot make the pages anew; the browser waits until this is mended:"
        "\n  Traceback (most recent call last):\n  NameError: no x"
    )


def test_what_the_builder_doubts_is_told_once_and_where_the_preview_stands(
    docks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The part of MkDocs is played by a process that says what MkDocs says, and listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    begun, made = "INFO    -  Building documentation...", "INFO    -  Documentation built in 1.00 seconds"
    doubt = "WARNING -  Doc file 'x.md' contains a link 'y.md', but the target is not found"
    said = "\n".join([begun, doubt, made, begun, doubt, made, begun, made, begun, doubt, made])
    code = f"import socket, time; print({said!r}, flush=True); s = socket.create_server(('127.0.0.1', {address[10:]})); time.sleep(60)"
    monkeypatch.setattr(build, "MKDOCS", (sys.executable, "-c", code))
    told: list[str] = []

    def changes(*_: Path, **__: object) -> Iterator[set[str]]:
        for _ in range(200):
            time.sleep(0.05)
            yield set()
            if any("stands at" in each for each in told):
                yield set()
                return

    serve(docks, changes, told.append, address=address)
    warning = (
        "warning: as they are, `sopctl build` will not make a site of the pages:"
        "\n  the page x.md contains a link 'y.md', but the target is not found"
    )
    assert sorted(told[2:]) == [f"the preview stands at http://{address}/", warning, warning]


def test_a_preview_ends_where_what_is_settled_is_so_no_more(
    docks: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "MKDOCS", (sys.executable, "-c", "import time; time.sleep(60)"))
    settled = publish.Settled(ground.find([str(docks)]))

    def changes(*_: Path, **__: object) -> Iterator[set[str]]:
        yield set()
        for wrong in ('ignore = ["XX"]', 'sops = "other"', 'ignore = ["XX"]\nx = 1'):
            writing.write(docks / "sopctl.toml", wrong)
            yield set()
            yield set()
        writing.write(docks / "sopctl.toml", 'ignore = ["SOP701"]')
        yield set()
        raise AssertionError("the old settings are followed on")

    serve(docks, changes, settled=settled)
    assert settled.now.settings.ignore == ("SOP701",)
    said = capsys.readouterr().err
    assert said.count("the old settings count until this is mended") == 3
    assert said.count("no rule begins with `XX`") == said.count("there is no folder `other`") == 1


def refused(docks: Path, address: str) -> str:
    with pytest.raises(BuildTrouble) as trouble:
        build.serve(Places.of(docks), lambda: read(docks), print, print, sops=docks / "sops", address=address)
    return str(trouble.value)


def test_a_port_in_use_is_said_with_a_way_out_before_anything_starts(docks: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = refused(docks, f"127.0.0.1:{taken.getsockname()[1]}")
    assert "in use" in said
    assert "--address" in said
    assert "\n" not in said
    assert not (docks / "site").exists()


@pytest.mark.parametrize("address", ["8000", "127.0.0.1:", "127.0.0.1:99999", ":8000", "127.0.0.1:-1"])
def test_an_address_that_is_none_is_refused(docks: Path, address: str) -> None:
    assert refused(docks, address) == f"`{address}` is no address; write it like 127.0.0.1:8000"


def test_an_address_of_another_machine_is_refused(docks: Path) -> None:
    assert refused(docks, "192.0.2.1:8000").startswith("no preview can stand at 192.0.2.1:8000: ")


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_preview_that_is_told_to_end_leaves_nothing_behind(docks: Path, number: signal.Signals) -> None:
    """The part of MkDocs is played by a process that writes down its number and waits."""
    child = "import os, time; open('child', 'w').write(str(os.getpid())); time.sleep(60)"
    code = f"import sys; from sopctl import build, cli; build.MKDOCS = (sys.executable, '-c', {child!r}); sys.exit(cli.run(['serve', '--address', '127.0.0.1:0']))"  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = f"import signal; signal.signal({int(number)}, signal.SIG_DFL); {code}"  # under nohup it is ignored
    with subprocess.Popen([sys.executable, "-c", code], cwd=docks, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as preview:  # fmt: skip
        for _ in range(600):
            if (docks / "child").is_file() and (docks / "child").read_text():
                break
            time.sleep(0.05)
        assert list(docks.glob(".mkdocs.yml.*"))
        preview.send_signal(number)
        said = preview.communicate(timeout=20)[1]
    assert preview.returncode == 130
    assert "Traceback" not in said
    assert said.endswith("sopctl: stopped\n")
    assert not list(docks.glob(".mkdocs.yml.*"))
    with pytest.raises(ProcessLookupError):
        os.kill(int((docks / "child").read_text()), 0)


def test_a_port_that_is_taken_meanwhile_is_said_without_a_traceback(
    docks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "MKDOCS", (sys.executable, "-c", "raise SystemExit(1)"))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{other.getsockname()[1]}"
    with socket.socket() as rival:

        def changes(*_: Path, **__: object) -> Iterator[set[str]]:
            host, _colon, port = address.rpartition(":")
            rival.bind((host, int(port)))
            rival.listen()
            while True:
                time.sleep(0.02)
                yield set()

        with pytest.raises(BuildTrouble, match="in use"):
            serve(docks, changes, address=address)


def commit(root: Path, day: str, subject: str) -> None:
    at = f"{day}T12:00:00+00:00"
    names = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}  # fmt: skip
    dated = {**os.environ, **names, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    for words in (["add", "-A"], ["commit", "-qm", subject]):
        subprocess.run(["git", *words], cwd=root, env=dated, check=True, capture_output=True)


def test_changes_tell_what_git_knows_of_the_files_up_to_today(docks: Path) -> None:
    assert build.edits(docks, read(docks)) == []
    subprocess.run(["git", "init", "-q"], cwd=docks, check=True, capture_output=True)
    commit(docks, "2026-01-05", "First")
    writing.write(docks / "sops/DK-OPN-001.yaml", SOP.replace("Push.", "Pull."))
    commit(docks, "2026-03-01", "Pull <b>the</b> gate")
    writing.write(docks / "sops/registers.yaml", REGISTERS + "\n")
    commit(docks, "2026-04-01", "Registers alone")
    writing.write(docks / "sops/DK-OPN-001.yaml", SOP.replace("Push.", "Lift."))
    commit(docks, "2026-12-01", "After today")
    found = build.edits(docks, read(docks))
    assert [(str(edit.on), edit.sop.id, edit.subject) for edit in found] == [
        ("2026-03-01", "DK-OPN-001", "Pull <b>the</b> gate")
    ]
    build.render(Places.of(docks), read(docks), print)
    page = (docks / "site/pages/changes.md").read_text("utf-8")
    assert "1 Mar 2026" in page
    assert "Pull &#60;b&#62;the" in page


def test_a_knowledge_base_deep_in_a_repository_finds_its_commits(docks: Path) -> None:
    house = docks / "house"
    house.mkdir()
    shutil.move(docks / "sops", house / "sops")
    subprocess.run(["git", "init", "-q"], cwd=docks, check=True, capture_output=True)
    commit(docks, "2026-01-05", "First")
    assert [edit.subject for edit in build.edits(house, read(house))] == ["First"]
