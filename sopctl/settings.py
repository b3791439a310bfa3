"""What a knowledge base settles once: `[tool.sopctl]` of pyproject.toml, or `sopctl.toml`."""

from pathlib import Path
from typing import Any, Literal

from sopctl.files import FileTrouble
from sopctl.model.words import Label
from sopctl.shape import Part, key

FILE = "sopctl.toml"


class Settings(Part, title="[tool.sopctl]"):
    """The keys of the configuration."""

    sops: Label = key("The folder of the SOPs and registers.", "sops")
    templates: Label = key("The folder of page templates that take the place of ours.", "templates")
    select: tuple[Label, ...] = key("Codes, or beginnings of codes, of the rules that run.", ())
    ignore: tuple[Label, ...] = key("Codes, or beginnings of codes, of the rules that do not run.", ())
    fail_on: Literal["error", "warning", "note"] = key(
        "The least severity that fails a check.", "error", name="fail-on"
    )


def find_root(start: Path) -> Path | None:
    """The nearest folder, from `start` upwards, that is settled for sopctl or holds `sops/`."""
    for folder in (start, *start.parents):
        if (folder / FILE).is_file() or (folder / "sops").is_dir() or _in_pyproject(folder) is not None:
            return folder
    return None


def load(root: Path) -> Settings:
    """The settings of a knowledge base; FileTrouble says what is wrong with them."""
    file = root / FILE
    if file.is_file():
        table, name = _toml(file), FILE
    else:
        table, name = _in_pyproject(root) or {}, "pyproject.toml, [tool.sopctl]"
    settings, reading = Settings.make(_words(table))
    if reading.problems:
        finding = reading.problems[0].finding
        way_out = f"; {finding.help}" if finding.help else ""
        message = finding.message.replace("[tool.sopctl]", f"`{FILE}`") if file.is_file() else finding.message
        raise FileTrouble(f"{name}: {message}{way_out}")
    return settings


def _in_pyproject(folder: Path) -> dict[str, Any] | None:
    file = folder / "pyproject.toml"
    if not file.is_file() or b"tool.sopctl" not in file.read_bytes():
        return None
    found = _toml(file).get("tool", {}).get("sopctl")
    return found if isinstance(found, dict) else None


def _toml(file: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise FileTrouble(f"{file.name} cannot be read: {error}") from error


def _words(table: Any) -> Any:
    """TOML's values as the texts that records read."""
    if isinstance(table, dict):
        return {word: _words(value) for word, value in table.items()}
    if isinstance(table, list):
        return [_words(value) for value in table]
    return table if isinstance(table, str) else str(table).lower()
