"""Texts for people: what in them is code or quotation, and what they refer to."""

import re
from collections.abc import Iterable, Iterator

from sopctl.model.words import ID, SOP_ID
from sopctl.shape import Prose, Reference

REFERENCE = re.compile(r"\[\[([^\[\]|\n]+)(?:\|([^\[\]\n]*))?\]\]")
_TARGET = re.compile(rf"(?:(?P<sop>{SOP_ID})(?:#(?P<step>{ID}))?|#(?P<local>{ID})|(?P<kind>[a-z]+):(?P<id>{ID}))")
_KINDS = frozenset({"role", "team", "term", "clause", "path", "notice", "metric"})
_CODE = re.compile(r"(?P<fence>^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\2[`~]*[ \t]*$|\Z))|(?P<span>(?<!`)(`+)(?!`).+?(?<!`)\4(?!`))", re.DOTALL | re.MULTILINE)  # fmt: skip
_QUOTED = re.compile(r"^[ \t]*>[^\n]*|“[^”\n]*”|\"[^\"\n]*\"|«[^»\n]*»", re.MULTILINE)
_LINK_TARGET = re.compile(r"(?<=\]\()[^()\s]*|<https?://[^>\s]*>|https?://[^\s)>]+")


def references(prose: Iterable[Prose]) -> Iterator[Reference]:
    """What texts refer to with `[[…]]`, outside code."""
    for at, text in prose:
        if "[[" not in text:
            continue
        for found in REFERENCE.finditer(without_code(text)):
            kind, target = meaning(found[1].strip())
            yield Reference(at, kind, target, part=found.span())


def meaning(target: str) -> tuple[str, str]:
    """The kind and the name of a reference as it stands between the brackets."""
    found = _TARGET.fullmatch(target)
    if not found or (found["kind"] and found["kind"] not in _KINDS):
        return "unclear", target
    if found["kind"]:
        return found["kind"], found["id"]
    return ("step" if found["step"] or found["local"] else "sop"), target


def without_code(text: str) -> str:
    """The text with code blanked out, every other character in its place."""
    return _CODE.sub(_blank, text) if "`" in text or "~~~" in text else text


def spoken(text: str) -> str:
    """The text with code, quotations, references and addresses blanked out."""
    text = without_code(text)
    if ">" in text or '"' in text or "“" in text or "«" in text:
        text = _QUOTED.sub(_blank, text)
    if "[[" in text:
        text = REFERENCE.sub(_blank, text)
    if "](" in text or "://" in text:
        text = _LINK_TARGET.sub(_blank, text)
    return text


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])
