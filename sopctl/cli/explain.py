"""`sopctl explain` and `sopctl rules`."""

import sys
from enum import Enum
from typing import Annotated

from sopctl.cli.options import Argument, Option
from sopctl.diagnostic import did_you_mean
from sopctl.files import FileTrouble
from sopctl.rules import RULES, Rule

TableFormat = Enum("TableFormat", {"text": "text", "json": "json"}, type=str)


def explain(
    code: Annotated[
        str, Argument("The code or the name of a rule: SOP301 or sop-unknown. SOP3 lists a family.", "CODE")
    ],
) -> int:
    """Say what a rule is about: why it matters, with a bad and a good example."""
    wanted = code.strip().lower()
    rule = next((rule for rule in RULES if wanted in (rule.code.lower(), rule.name)), None)
    family = [rule for rule in RULES if rule.code.lower().startswith(wanted)] if wanted else []
    if rule is None and family:
        sys.stdout.writelines(map(_line, family))
        return 0
    if rule is None:
        near = did_you_mean(code.upper(), [rule.code for rule in RULES]) or did_you_mean(
            wanted, [r.name for r in RULES]
        )
        raise FileTrouble(f"no rule is called `{code}`{near}; `sopctl rules` lists them")
    sys.stdout.write(f"# {rule.code} {rule.name} ({rule.severity})\n\n{rule.doc}")
    return 0


def rules(
    format: Annotated[TableFormat, Option("How the list is written.")] = TableFormat["text"],
) -> int:
    """List the rules, with the severity of each."""
    if format.value == "json":
        import json

        rows = [{"code": r.code, "name": r.name, "severity": r.severity, "summary": r.summary} for r in RULES]
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        return 0
    sys.stdout.writelines(map(_line, RULES))
    return 0


def _line(rule: Rule) -> str:
    return f"{rule.code}  {rule.severity:<8} {rule.name:<28} {rule.summary}\n"
