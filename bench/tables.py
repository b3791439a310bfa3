"""Decision tables as large as anybody has made them."""

import itertools
import random
from collections.abc import Callable

from bench.kinds import Texts, alone, sop

_HEAD = "  - id: t\n    title: Weigh\n    role: lead\n    decide:\n"


def _of_six_facts() -> Texts:
    """A row for each of 3 x 3 x 3 x 3 x 3 x 3 cases, but for one."""
    facts = "facts:\n" + "".join(
        f"  f{i}: {{ask: Which?, type: choice, values: [a, b, c]}}\n" for i in range(6)
    )
    cases = list(itertools.product("abc", repeat=6))
    rows = [
        f"      - {{when: {{{', '.join(f'f{i}: {value}' for i, value in enumerate(case))}}}, then: done, because: Case {n}.}}\n"
        for n, case in enumerate(cases)
    ]
    return alone(sop(facts, _HEAD + "".join(rows[:300] + rows[301:]) + rows[300]))


def _of_twelve_numbers() -> Texts:
    """A space of twelve numbers, cut in two again and again until there are 200 boxes."""
    facts = "facts:\n" + "".join(
        f"  x{i}: {{ask: How much?, type: number, min: 0, max: 100}}\n" for i in range(12)
    )
    chance = random.Random(7)
    boxes: list[dict[int, tuple[float, float]]] = [{}]
    while len(boxes) < 200:
        box, fact = boxes.pop(chance.randrange(len(boxes))), chance.randrange(12)
        low, high = box.get(fact, (0, 100))
        cut = round(chance.uniform(low, high), 6)
        boxes += [{**box, fact: (low, cut)}, {**box, fact: (cut, high)}]
    rows = []
    for n, box in enumerate(boxes):
        when = ", ".join(
            f"x{i}: '[{low}..{high}{']' if high == 100 else ')'}'" for i, (low, high) in sorted(box.items())
        )
        rows.append(f"      - {{when: {{{when}}}, then: done, because: Case {n}.}}\n")
    return alone(sop(facts, _HEAD + "".join(rows)))


KINDS: dict[str, Callable[[], Texts]] = {
    "lint of a table of 729 rows over 6 facts": _of_six_facts,
    "lint of a table of 200 rows over 12 numbers": _of_twelve_numbers,
}
