"""The decision tables of a SOP as DMN 1.3, for engines that run decisions.

Each step with a table is a decision of its own, and each fact that a table tests an input. A table gives
back `target`, the step, outcome or SOP that the case goes to, and each fact that a row sets (null
where the row leaves it as it is). What a table's step does before and after is not in it: DMN
decides, and does not walk.

`unique`, `any` and `first` are DMN's own hit policies. A last row `otherwise` of a `first` table is a
rule that takes everything. In DMN no rule of a unique table may say “everything else”, so there the
cases that no row takes are written out as rules that take just these. Where they would be very many,
and no two rows that meet say different things, the table becomes `first`, which then means the same.
The description of each decision says which it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from xml.etree import ElementTree as xml

from sopctl.analysis.cases import Budget, Domain, OutOfBudget, Space
from sopctl.analysis.ways import arrows_by_step
from sopctl.library import Library
from sopctl.model import unary
from sopctl.model.registers import Fact
from sopctl.model.sop import Row, Sop, Step
from sopctl.model.unary import Values
from sopctl.named import NamedTuple
from sopctl.render import feel
from sopctl.render.drawing import lines

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
TARGET = "target"
NO_FACT = ""
MOST_RULES = 40
"""So many rules may stand for one `otherwise`, before a table becomes `first`."""
ALLOWANCE = 400_000


class DmnTrouble(ValueError):
    """Why a SOP cannot be written as DMN."""


class Rule(NamedTuple):
    """One rule: a FEEL test for each input, a FEEL value for each output, and the reason."""

    tests: tuple[str, ...]
    values: tuple[str, ...]
    because: str


class Table(NamedTuple):
    """A decision table as DMN has it. Inputs and outputs are facts by id; the first output, `target`, is none."""

    step: Step
    inputs: dict[str, Fact]
    outputs: dict[str, Fact | None]
    hit_policy: str
    rules: tuple[Rule, ...]
    remark: str  # what became of `otherwise`


def dmn(sop: Sop, library: Library) -> str:
    """The decision tables of a SOP as one DMN file; DmnTrouble says why there can be none."""
    deciding = [step for step in sop.known_steps if step.decide]
    if not deciding:
        raise DmnTrouble(f"{sop.id} has no decision table")
    tables = [table(sop, step, library) for step in deciding]
    return _Writer(sop, tables).text()


def table(sop: Sop, step: Step, library: Library) -> Table:
    """One decision table, with `otherwise` written as DMN can say it."""
    rows = _readable(step)
    inputs = _facts(sop, library, step, (id for row in rows for id in row.when))
    sets = _facts(sop, library, step, (id for row in rows for id in row.set))
    outputs: dict[str, Fact | None] = {NO_FACT: None, **sets}
    try:
        plain = [row for row in rows if not row.is_otherwise]
        rules = [_rule(sop, step, row, inputs, sets, _tests(row, inputs)) for row in plain]
        last = next((row for row in rows if row.is_otherwise), None)
        if last is None:
            return Table(step, inputs, outputs, step.hit_policy.upper(), tuple(rules), "")
        policy, rests, remark = _otherwise(step, plain, inputs)
        rules += [_rule(sop, step, last, inputs, sets, tests) for tests in rests]
    except ValueError as slip:
        raise DmnTrouble(
            f"a row of `{step.id}` does not fit its facts: {slip}; `sopctl lint` says where"
        ) from None
    return Table(step, inputs, outputs, policy, tuple(rules), remark)


def _readable(step: Step) -> Sequence[Row]:
    if (
        "decide" in step.unknown
        or "hit_policy" in step.unknown
        or any(not row or row.unknown for row in step.decide)
    ):
        raise DmnTrouble(f"the table of `{step.id}` cannot be read; `sopctl lint` says why")
    return step.decide


def _facts(sop: Sop, library: Library, step: Step, ids: Iterable[str]) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for id in ids:
        fact = library.fact(sop, id)
        if fact is None or not unary.settled(fact):
            raise DmnTrouble(
                f"the table of `{step.id}` uses the fact `{id}`, of which nobody knows what it can be"
            )
        found[id] = fact
    return found


def _tests(row: Row, inputs: Mapping[str, Fact]) -> tuple[str, ...]:
    return tuple(feel.tests(fact, row.when[id]) if id in row.when else "-" for id, fact in inputs.items())


def _rule(
    sop: Sop,
    step: Step,
    row: Row,
    inputs: Mapping[str, Fact],
    sets: Mapping[str, Fact],
    tests: tuple[str, ...],
) -> Rule:
    target = row.target or _following(sop, step)
    values = [feel.value(fact, row.set[id]) if id in row.set else "null" for id, fact in sets.items()]
    return Rule(tests, (feel.text(target) if target else "null", *values), row.because or "")


def _following(sop: Sop, step: Step) -> str:
    """Where a row without a target leads."""
    arrows = arrows_by_step(sop)[step.id]
    return next((arrow.to for arrow in arrows if arrow.at in (step.at, (*step.at, "next"))), "")


def _otherwise(
    step: Step, rows: Sequence[Row], inputs: Mapping[str, Fact]
) -> tuple[str, list[tuple[str, ...]], str]:
    """The hit policy, the tests of the rules that stand for `otherwise`, and what to say of them."""
    policy = step.hit_policy.upper()
    everything = tuple("-" for _ in inputs)
    if policy == "FIRST":
        return policy, [everything], ""
    sets = [{id: unary.parse(inputs[id], tests) for id, tests in row.when.items()} for row in rows]
    space = _space(inputs, sets)
    boxes = [space.box(each) for each in sets]
    rests: list[tuple[str, ...]] | None = None
    try:
        left = space.merged([*space.outside(space.full, boxes, Budget(ALLOWANCE))])
        rests = [_rest(space.tests(box, space.full), inputs) for box in left]
    except OutOfBudget:
        pass
    if rests is not None and len(rests) <= MOST_RULES:
        return policy, rests, _remark(len(rests))
    if _agree(rows, space.meeting(boxes)):
        remark = f"Written as `first` instead of `{step.hit_policy}`, which means the same here: rows that meet agree."
        return "FIRST", [everything], remark
    if rests is None:
        raise DmnTrouble(
            f"the cases that `otherwise` of `{step.id}` takes are too many to write out, and rows overlap"
        )
    return policy, rests, _remark(len(rests))


def _space(inputs: Mapping[str, Fact], sets: Sequence[Mapping[str, Values]]) -> Space:
    return Space({id: Domain(fact, [each[id] for each in sets if id in each]) for id, fact in inputs.items()})


def _rest(tests: Mapping[str, Sequence[str]], inputs: Mapping[str, Fact]) -> tuple[str, ...]:
    return tuple(feel.tests(fact, tests[id]) if id in tests else "-" for id, fact in inputs.items())


def _remark(count: int) -> str:
    if not count:
        return "The row `otherwise` is left out: the other rows take every case."
    subject = "The last rule stands" if count == 1 else f"The last {count} rules stand"
    return f"{subject} for `otherwise`: the cases that no other row takes."


def _agree(rows: Sequence[Row], meeting: Sequence[int]) -> bool:
    """Whether rows that share a case say the same."""
    for i, row in enumerate(rows):
        others = meeting[i] >> (i + 1)
        for j, other in enumerate(rows[i + 1 :]):
            if others >> j & 1 and (row.target, row.set) != (other.target, other.set):
                return False
    return True


class _Writer:
    """The XML of the tables of one SOP."""

    def __init__(self, sop: Sop, tables: Sequence[Table]) -> None:
        self.sop, self.tables = sop, tables
        self.facts = {id: fact for each in tables for id, fact in each.inputs.items()}
        steps = {each.step.id: f"decide-{each.step.id}" for each in tables}
        named = feel.names([*self.facts, *steps.values()])
        self.names = {id: named[id] for id in self.facts}
        self.decisions = {id: named[name] for id, name in steps.items()}

    def text(self) -> str:
        sop = self.sop
        root = xml.Element("definitions", {
            "xmlns": NAMESPACE, "id": f"definitions_{sop.id}", "name": _clean(f"{sop.id} {sop.title or ''}"),
            "namespace": f"urn:sopctl:{sop.id}", "exporter": "sopctl",
        })  # fmt: skip
        _put(root, "description", f"{sop.id}, version {sop.version or 'unknown'}")
        for each in self.tables:
            if len(each.outputs) > 1:
                self._type(root, each)
        for id, fact in self.facts.items():
            self._input(root, id, fact)
        for each in self.tables:
            self._decision(root, each)
        xml.indent(root)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"

    def _type(self, root: xml.Element, table: Table) -> None:
        """The type of what a table with several outputs gives back."""
        name = self._name(table)
        item = xml.SubElement(root, "itemDefinition", {"id": f"type_{name}", "name": f"t_{name}"})
        for id, output in self._outputs(table).items():
            part = xml.SubElement(item, "itemComponent", {"id": f"type_{name}_{output}", "name": output})
            _put(part, "typeRef", _type(table.outputs[id]))

    def _input(self, root: xml.Element, id: str, fact: Fact) -> None:
        name = self.names[id]
        data = xml.SubElement(
            root, "inputData", {"id": f"input_{name}", "name": name, "label": _clean(fact.ask or id)}
        )
        _put(data, "description", f"fact {id}" + (f", column {fact.source}" if fact.source else ""))
        xml.SubElement(data, "variable", {"id": f"variable_{name}", "name": name, "typeRef": _type(fact)})

    def _decision(self, root: xml.Element, table: Table) -> None:
        name, step = self._name(table), table.step
        decision = xml.SubElement(
            root, "decision", {"id": name, "name": name, "label": _clean(step.title or step.id)}
        )
        _put(decision, "description", f"step {step.id} of {self.sop.id}. {table.remark}".strip())
        type = f"t_{name}" if len(table.outputs) > 1 else "string"
        xml.SubElement(decision, "variable", {"id": f"result_{name}", "name": name, "typeRef": type})
        for id in table.inputs:
            need = xml.SubElement(
                decision, "informationRequirement", {"id": f"{name}_needs_{self.names[id]}"}
            )
            xml.SubElement(need, "requiredInput", {"href": f"#input_{self.names[id]}"})
        self._table(decision, table)

    def _table(self, decision: xml.Element, table: Table) -> None:
        name = self._name(table)
        element = xml.SubElement(
            decision, "decisionTable", {"id": f"table_{name}", "hitPolicy": table.hit_policy}
        )
        for id, fact in table.inputs.items():
            clause = xml.SubElement(element, "input", {"id": f"{name}_in_{self.names[id]}"})
            asked = xml.SubElement(
                clause, "inputExpression", {"id": f"{name}_ask_{self.names[id]}", "typeRef": _type(fact)}
            )
            _put(asked, "text", self.names[id])
            if allowed := feel.allowed(fact):
                _put(xml.SubElement(clause, "inputValues"), "text", allowed)
        for id, output in self._outputs(table).items():
            self._output(element, table, id, output)
        reasons = any(rule.because for rule in table.rules)
        if reasons:
            xml.SubElement(element, "annotation", {"name": "because"})
        for number, rule in enumerate(table.rules, 1):
            self._rule(element, rule, f"{name}_rule_{number}", reasons)

    def _output(self, element: xml.Element, table: Table, id: str, output: str) -> None:
        several = {"name": output} if len(table.outputs) > 1 else {}  # DMN gives a lone output no name
        fact = table.outputs[id]
        clause = xml.SubElement(
            element,
            "output",
            {"id": f"{self._name(table)}_out_{output}", **several, "typeRef": _type(fact)},
        )
        column = [*table.outputs].index(id)
        values = dict.fromkeys(rule.values[column] for rule in table.rules)
        if values and "null" not in values and _type(fact) == "string":
            _put(xml.SubElement(clause, "outputValues"), "text", ", ".join(values))

    def _rule(self, element: xml.Element, rule: Rule, id: str, reasons: bool) -> None:
        made = xml.SubElement(element, "rule", {"id": id})
        for number, test in enumerate(rule.tests, 1):
            _put(xml.SubElement(made, "inputEntry", {"id": f"{id}_in_{number}"}), "text", test)
        for number, value in enumerate(rule.values, 1):
            _put(xml.SubElement(made, "outputEntry", {"id": f"{id}_out_{number}"}), "text", value)
        if reasons:
            _put(xml.SubElement(made, "annotationEntry"), "text", rule.because)

    def _name(self, table: Table) -> str:
        return self.decisions[table.step.id]

    def _outputs(self, table: Table) -> dict[str, str]:
        """The names of the outputs; a fact called like `target` gets another one."""
        facts = [id for id, fact in table.outputs.items() if fact]
        return {NO_FACT: TARGET, **feel.names(facts, {TARGET})}


def _type(fact: Fact | None) -> str:
    return feel.TYPES[fact.type] if fact else "string"


def _put(parent: xml.Element, tag: str, text: str) -> None:
    xml.SubElement(parent, tag).text = "\n".join(lines(text))


def _clean(text: str) -> str:
    return " ".join(lines(text))
