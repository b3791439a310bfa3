"""How the cost of a lint grows with each thing that there may be many of.

`python -m bench.growth [WORDS]` prints, for each kind whose name holds the words, how many there were,
how long lint by all rules took, and the exponent from a quarter of them up: 1 is in proportion. The
number grows until it takes a quarter of a second, or until a file is full.
"""

import gc
import math
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from bench.kinds import KINDS, PRODUCTS, Texts
from sopctl.library import build
from sopctl.lint import lint
from sopctl.rules import RULES
from sopctl.source import MAX_BYTES

TODAY = date(2026, 11, 21)


def cpu(work: Callable[[], object]) -> float:
    """The seconds of the processor that some work takes, without the garbage collector."""
    gc.collect()
    gc.disable()
    start = time.process_time()
    work()
    took = time.process_time() - start
    gc.enable()
    return took


def seconds(texts: Texts) -> float:
    """What reading these, and linting them by all rules, takes."""
    return cpu(lambda: lint(build(texts, TODAY), RULES))


class Grown(NamedTuple):
    """How many there are, what that takes, and the exponent from a quarter of it up to it."""

    count: int
    seconds: float
    exponent: float


def growth(make: Callable[[int], Texts], enough: float) -> Grown:
    """Make more and more of a kind, until it takes long enough or a file is full."""
    bare = min(seconds(make(1)) for _ in range(3))
    count = 64
    while (
        seconds(make(count)) < enough
        and count < 65536
        and all(len(text) * 2.1 < MAX_BYTES for text in make(count).values())
    ):
        count *= 2
    few, all_of_them = (min(seconds(make(size)) for _ in range(3)) for size in (count // 4, count))
    few, all_of_them = (max(took - bare, 1e-4) for took in (few, all_of_them))
    return Grown(count, all_of_them, math.log(all_of_them / few, 4))


def main(words: Iterable[str]) -> None:
    for name, make in (KINDS | PRODUCTS).items():
        if all(word in name for word in words):
            count, took, exponent = growth(make, 0.25)
            steep = "  steep" if exponent > 1.2 and took > 0.05 else ""
            print(f"{name:<52} {count:>6} {took:8.3f} s {exponent:6.2f}{steep}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
