"""SARIF 2.1.0, for code scanning and for viewers of it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sopctl import __version__
from sopctl.diagnostic import Diagnostic, json_pointer
from sopctl.report import Context
from sopctl.report._fingerprint import fingerprints
from sopctl.rules import Rule
from sopctl.terminal import as_json

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"


def report(diagnostics: Sequence[Diagnostic], context: Context) -> str:
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(diagnostics, context)]}
    return as_json(log, ascii=True)


def _run(diagnostics: Sequence[Diagnostic], context: Context) -> dict[str, Any]:
    paths = sorted({*context.texts, *(d.span.path for d in diagnostics)})
    artifacts = {path: i for i, path in enumerate(paths)}
    rules = {rule.code: i for i, rule in enumerate(context.rules)}
    driver = {
        "name": "sopctl",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in context.rules],
    }
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder in which sopctl was started."}}},
        "artifacts": [{"location": _location(path), "roles": ["analysisTarget"]} for path in paths],
        "results": [
            _result(d, fingerprint, rules, artifacts)
            for d, fingerprint in zip(diagnostics, fingerprints(diagnostics), strict=True)
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    body = rule.doc.partition("\n")[2].strip()
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary or rule.name},
        "fullDescription": {"text": _plain(body.partition("\n\n")[0]) or rule.summary or rule.name},
        "help": {"text": _plain(rule.doc), "markdown": rule.doc},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _result(
    d: Diagnostic, fingerprint: str, rules: Mapping[str, int], artifacts: Mapping[str, int]
) -> dict[str, Any]:
    region = {"startLine": d.span.line, "startColumn": d.span.column}
    end = {"endLine": d.span.end_line, "endColumn": d.span.end_column}
    where = {
        "artifactLocation": {**_location(d.span.path), "index": artifacts[d.span.path]},
        "region": region | end
        if (d.span.end_line, d.span.end_column) > (d.span.line, d.span.column)
        else region,
    }
    location: dict[str, Any] = {"physicalLocation": where}
    if d.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": json_pointer(d.pointer), "kind": "member"}]
    return {
        "ruleId": d.code,
        **({"ruleIndex": rules[d.code]} if d.code in rules else {}),
        "level": d.severity.value,
        "message": {"text": f"{d.message}; {d.help}" if d.help else d.message},
        "locations": [location],
        "partialFingerprints": {"sopctl/v1": fingerprint},
    }


def _location(path: str) -> dict[str, Any]:
    name = path.removeprefix("./")
    try:
        data = name.encode("utf-8", "surrogateescape")  # the bytes of the name
    except UnicodeEncodeError:
        data = name.encode("utf-8", "surrogatepass")
    return {"uri": quote(data), "uriBaseId": _ROOT}


def _plain(markdown: str) -> str:
    """The page of a rule for viewers that show no Markdown."""
    titled = re.sub(r'^```\w* title="(\w+)"$', r"\1:", markdown, flags=re.MULTILINE)
    return re.sub(r"^```\w*\n?", "", titled, flags=re.MULTILINE).strip()
