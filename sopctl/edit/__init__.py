"""Plain data becomes a file again, in YAML or in Markdown."""

from typing import Literal

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
        said = f"{first.finding.message} ({first.code}){more}"
        raise ValueError(f"it cannot be converted before it reads without errors: {said}")
    if typed.sop is None:
        raise ValueError("it is a register file; only a SOP has a Markdown form")
    return to_markdown(document.data) if to == "md" else to_yaml(document.data)


__all__ = ["convert", "to_markdown", "to_yaml"]
