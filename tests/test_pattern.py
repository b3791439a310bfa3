"""A pattern that is compiled late is the pattern."""

import re
import subprocess
import sys

from sopctl.pattern import lazy_pattern


def test_it_finds_what_the_pattern_finds() -> None:
    late, now = lazy_pattern(r"(?P<day>\d+)\.", re.MULTILINE), re.compile(r"(?P<day>\d+)\.", re.MULTILINE)
    text = "on 12. and 7.\n"
    for _ in range(2):  # the first use compiles, the second finds it compiled
        assert [found["day"] for found in late.finditer(text)] == ["12", "7"]
        assert late.sub("x", text) == now.sub("x", text)
        assert late.search("nothing") is None
    assert (late.pattern, late.flags) == (now.pattern, now.flags)


def test_nothing_is_compiled_before() -> None:
    code = (
        "import re; made = []; compile = re.compile; re.compile = lambda *a: made.append(a) or compile(*a)\n"
        "from sopctl.pattern import lazy_pattern; late = lazy_pattern('a+')\n"
        "assert not made; late.search('aa'); late.search('aa'); assert made == [('a+', 0)]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
