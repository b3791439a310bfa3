"""JUnit XML: a suite for each file, a failure for each finding."""

import re
from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from sopctl.diagnostic import Diagnostic
from sopctl.report import Context
from sopctl.terminal import printable

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report(diagnostics: Sequence[Diagnostic], context: Context) -> str:
    by_path: dict[str, list[Diagnostic]] = {path: [] for path in context.texts}
    for d in diagnostics:
        by_path.setdefault(d.span.path, []).append(d)
    root = Element("testsuites", {"name": "sopctl"})
    for path in sorted(by_path):
        _suite(root, path, by_path[path])
    root.set("tests", str(len(root.findall("testsuite/testcase"))))
    root.set("failures", str(len(diagnostics)))
    root.set("errors", "0")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, path: str, diagnostics: list[Diagnostic]) -> None:
    name = _xml(path)
    counts = {"tests": str(len(diagnostics) or 1), "failures": str(len(diagnostics)), "errors": "0"}
    suite = SubElement(root, "testsuite", {"name": name, **counts})
    if not diagnostics:
        SubElement(suite, "testcase", {"classname": name, "name": "no findings", "file": name})
    names: Counter[str] = Counter()
    for d in diagnostics:
        place = f"{d.span.line}:{d.span.column}"
        called = f"{d.code} {d.name} at {place}"
        names[called] += 1  # of cases with one name, a platform shows the first
        case = {
            "classname": name,
            "name": f"{called} ({names[called]})" if names[called] > 1 else called,
            "file": name,
            "line": str(d.span.line),
        }
        failure = SubElement(
            SubElement(suite, "testcase", case),
            "failure",
            {"type": d.severity.value, "message": _xml(d.message)},
        )
        failure.text = _xml("\n".join(filter(None, [f"{path}:{place}", d.message, d.help])))


def _xml(text: str) -> str:
    """Only characters that XML 1.0 can hold."""
    return _NOT_XML.sub(printable("\0"), text)
