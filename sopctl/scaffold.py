"""New knowledge bases and new SOPs, from templates that may be one's own."""

import json
import os
import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from sopctl import __version__, files, writing
from sopctl.files import FileTrouble
from sopctl.library import Library
from sopctl.model.words import SOP_ID
from sopctl.schema import schema

_START, _NEW = "templates/start", "templates/new"


def start(title: str, today: date, folder: str = ".") -> dict[str, str]:
    """The files of a new knowledge base in a folder of a repository, by path from the top of it: two SOPs,
    registers, and what builds and checks them. What nobody looks for elsewhere stands at the top."""
    templates = files.find_data("templates") / "start"
    below = "" if folder == "." else f"{folder}/"
    values = {
        "title": title, "today": today, "review_by": _in_a_year(today), "version": __version__,
        "folder": folder, "below": below,
    }  # fmt: skip
    made = {}
    for path in sorted(p for p in templates.rglob("*") if p.is_file()):
        name = path.relative_to(templates).as_posix()
        text = path.read_text(encoding="utf-8")
        made[name.removesuffix(".jinja")] = _filled(text, values, name) if name.endswith(".jinja") else text
    for kind in ("sop", "registers"):
        made[f".vscode/{kind}.schema.json"] = json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"
    placed = {path if path.startswith(_AT_THE_TOP) else below + path: text for path, text in made.items()}
    return dict(sorted(placed.items()))


_AT_THE_TOP = (".github/", ".gitlab-ci.yml", ".gitlab/", ".pre-commit-config.yaml", ".vscode/")


def create(top: Path, wanted: Mapping[str, str], folder: str = ".") -> tuple[list[str], list[str]]:
    """Write the files that are not there yet: those written, and those that were there and are kept.

    A folder whose `sops/` holds files is a knowledge base already, and nothing is written.
    """
    sops = top / folder / "sops"
    if files.holds_any(sops):
        raise FileTrouble(f"{sops} holds files already, so there is a knowledge base; nothing was written")
    kept = [path for path in wanted if os.path.lexists(top / path)]
    written = [path for path in wanted if path not in kept]
    if blocked := next(
        filter(_is_no_folder, (above for path in written for above in (top / path).parents)), None
    ):
        raise FileTrouble(f"{blocked} is no folder, and one is to stand there; nothing was written")
    for path in written:
        writing.write_new(top / path, wanted[path])
    return written, kept


def _is_no_folder(path: Path) -> bool:
    return os.path.lexists(path) and not path.is_dir()


def new_sop(
    id: str, title: str, owner: str, audience: Sequence[str], today: date, templates: Path | None = None
) -> str:
    """The text of a new SOP, a draft whose places to fill begin with TODO."""
    name = "new/sop.yaml.jinja"
    own = templates / name if templates and (templates / name).exists() else None
    text = files.text_of(
        own or files.find_data("templates") / name,
        name,
        files.Reach(templates) if own and templates else None,
    )
    values = {"id": id, "title": title, "owner": owner, "audience": audience, "today": today}
    return _filled(text, values, name)


def folder_for(library: Library, id: str, base: str) -> str:
    """The folder in which most SOPs of the same area stand, or the folder of all."""
    area = id.partition("-")[0]
    near = Counter(
        str(PurePosixPath(library.path_of(sop)).parent)
        for sop in library.sops
        if sop.id.partition("-")[0] == area
    )
    return min(near, key=lambda folder: (-near[folder], folder)) if near else base


def fault_of_title(title: str) -> str:
    """Why nothing can be called so; an empty text where it can."""
    if not title.strip():
        return "the title is empty: say in a few words what it is about"
    if len(title.splitlines()) > 1:
        return "a title stands on one line: write it without a line break"
    if any("\ud800" <= char <= "\udfff" for char in title):
        return (
            "the title has a byte that is no character of UTF-8: set the terminal to UTF-8, and type it again"
        )
    return ""


def fault_of_id(id: str, library: Library) -> str:
    """Why a new SOP cannot have this id; an empty text where it can."""
    if not re.fullmatch(SOP_ID, id):
        return f"`{id}` is no id for a SOP: capitals A to Z, digits and hyphens, such as TS-APP-002"
    if library.sop(id):
        return f"`{id}` is there already, in {library.path_of(library.by_id[id].sop)}"  # type: ignore[arg-type]
    return ""


def _filled(text: str, values: Mapping[str, Any], name: str) -> str:
    from jinja2 import Environment, StrictUndefined, TemplateError

    jinja = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    jinja.filters.update({"yaml": _yaml_text, "shell": shlex.quote})
    try:
        return jinja.from_string(text).render(values)
    except TemplateError as error:
        raise FileTrouble(f"template {name}: {error}") from error


def _yaml_text(text: str) -> str:
    """One line as YAML: as it stands where that is safe, else in double quotes."""
    plain = re.fullmatch(r"[A-Za-z][\w ,.()/&-]*[\w.)]", text) and text.lower() not in (
        "true",
        "false",
        "null",
        "no",
        "yes",
    )
    return text if plain else json.dumps(text, ensure_ascii=False)


def _in_a_year(day: date) -> date:
    return date(day.year + 1, day.month, min(day.day, 28))
