"""Jobs of CI files, run here: shell steps really run, steps that are other actions are noted down."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from ruamel.yaml import YAML

Outputs = Mapping[str, Mapping[str, str]]


def read(path: Path) -> Any:
    """A CI file as plain data."""
    return YAML(typ="safe", pure=True).load(path)


class Step(NamedTuple):
    """What became of a step."""

    name: str
    outcome: str  # success, failure or skipped
    said: str = ""
    given: Mapping[str, str] = MappingProxyType({})  # what another action was given


class Job:
    """The steps of a job on GitHub, run one after the other in a checkout."""

    def __init__(
        self,
        checkout: Path,
        temporary: Path,
        environment: Mapping[str, str],
        contexts: Mapping[str, Mapping[str, Any]],
        outputs: Outputs = MappingProxyType({}),
    ) -> None:
        self._checkout = checkout
        self._temporary = temporary
        self.environment = {**environment, "RUNNER_TEMP": str(temporary)}
        self._outputs = outputs  # of the steps that are other actions, by id
        self._contexts: dict[str, Any] = {**contexts, "steps": {}}
        self.steps: list[Step] = []
        self.summary = temporary / "summary.md"

    @property
    def failed(self) -> bool:
        return any(step.outcome == "failure" for step in self.steps)

    def said(self, name: str) -> str:
        """What the step of this name said."""
        return self[name].said

    def __getitem__(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    def run(self, steps: Sequence[Mapping[str, Any]]) -> "Job":
        for each in steps:
            step, outputs = self._run(each)
            self.steps.append(step)
            if "id" in each:
                self._contexts["steps"][each["id"]] = {"outcome": step.outcome, "outputs": outputs}
        return self

    def _run(self, step: Mapping[str, Any]) -> tuple[Step, Mapping[str, str]]:
        name = step.get("name") or step.get("uses") or step["run"].splitlines()[0]
        if not self._wanted(str(step.get("if", ""))):
            return Step(name, "skipped"), {}
        if "uses" in step:
            given = {key: self._filled(value) for key, value in step.get("with", {}).items()}
            return Step(name, "success", given=given), self._outputs.get(step.get("id", ""), {})
        return self._in_shell(name, step)

    def _in_shell(self, name: str, step: Mapping[str, Any]) -> tuple[Step, Mapping[str, str]]:
        assert "${{" not in step["run"], f"what others wrote could become a program: {step['run']}"
        script, told = self._temporary / "step.sh", self._temporary / "told"
        script.write_text(step["run"])
        files = {each: f"{told}-{each}" for each in ("GITHUB_OUTPUT", "GITHUB_PATH")}
        for file in files.values():
            Path(file).write_text("")
        given = {key: self._filled(value) for key, value in step.get("env", {}).items()}
        environment = {**self.environment, **given, **files, "GITHUB_STEP_SUMMARY": str(self.summary)}
        explicit = ["--noprofile", "--norc", "-eo", "pipefail"] if step.get("shell") == "bash" else ["-e"]
        folder = self._checkout / self._filled(step.get("working-directory", "."))
        done = subprocess.run(
            ["bash", *explicit, str(script)], cwd=folder, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        for line in Path(files["GITHUB_PATH"]).read_text().splitlines():
            self.environment["PATH"] = line + os.pathsep + self.environment["PATH"]
        outputs = dict(line.split("=", 1) for line in Path(files["GITHUB_OUTPUT"]).read_text().splitlines())
        return Step(name, "failure" if done.returncode else "success", done.stdout), outputs

    def _wanted(self, condition: str) -> bool:
        asks = bool(re.search(r"\b(always|cancelled|failure|success)\(", condition))
        if not asks and self.failed:
            return False
        inside = re.fullmatch(r"\$\{\{(.*)\}\}", condition, re.DOTALL)
        return bool(self._value(inside[1] if inside else condition)) if condition else True

    def _filled(self, text: object) -> str:
        return re.sub(
            r"\$\{\{(.*?)\}\}", lambda found: str(self._value(found[1])), str(text), flags=re.DOTALL
        )

    def _value(self, expression: str) -> Any:
        words = re.findall(r"'(?:[^']|'')*'|&&|\|\||[!=]=|[!()]|[\w.-]+", expression)
        assert "".join(words) == "".join(expression.split()) or "'" in expression, expression
        known = {"__builtins__": {}, "cancelled": lambda: False, "always": lambda: True}
        return eval(" ".join(map(self._word, words)), known)

    def _word(self, word: str) -> str:
        plain = {"&&": "and", "||": "or", "!": "not", "(": "(", ")": ")", "==": "==", "!=": "!="}
        if word in plain:
            return plain[word]
        if word in ("cancelled", "always"):
            return word
        if word.startswith("'"):
            return repr(word[1:-1].replace("''", "'"))
        value: Any = self._contexts
        for part in word.split("."):
            value = value.get(part, "") if isinstance(value, Mapping) else ""
        return repr(value)


def on_gitlab(
    jobs: Mapping[str, Any],
    name: str,
    checkout: Path,
    environment: Mapping[str, str],
    *,
    install: bool = False,
) -> subprocess.CompletedProcess[str]:
    """The script of a job on GitLab, run in a checkout; with `install`, what stands before it too."""
    job = jobs[name]
    if "extends" in job:
        job = {**jobs[job["extends"]], **job}
    lines = [*(job["before_script"] if install else []), *job["script"]]
    return subprocess.run(
        ["bash", "-c", "\n".join(["set -eo pipefail", *lines])], cwd=checkout,
        env={**environment, "CI_PROJECT_DIR": str(checkout)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
