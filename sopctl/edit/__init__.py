"""Plain data becomes a file again, in YAML or in Markdown."""

from typing import Any, Literal

from sopctl import model
from sopctl.edit.markdown_writer import to_markdown
from sopctl.edit.yaml_writer import to_yaml
from sopctl.source import Document


def convert(document: Document, to: Literal["md", "yaml"]) -> str:
    """The same SOP in the other form, without its comments; ValueError where it cannot be read whole."""
    typed = model.read(document)
    if typed.problems:
        first = typed.problems[0]
        more = f", and {len(typed.problems) - 1} more" if len(typed.problems) > 1 else ""
        said = f"in line {document.span(first.finding, first.extent).line}, {first.finding.message} ({first.code}){more}"
        raise ValueError(f"it cannot be converted before it reads without errors: {said}")
    if typed.sop is None:
        raise ValueError("it is a register file; only a SOP has a Markdown form")
    return to_markdown(_whole_lines(document.data)) if to == "md" else to_yaml(document.data)


def _whole_lines(data: Any) -> Any:
    """Texts of one line without the break that YAML's `|` leaves behind them: Markdown has none there."""
    match data:
        case dict():
            return {word: _whole_lines(value) for word, value in data.items()}
        case list():
            return [_whole_lines(value) for value in data]
        case str() if data.find("\n") == len(data) - 1:
            return data[:-1]
    return data


__all__ = ["convert", "to_markdown", "to_yaml"]
