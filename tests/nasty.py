"""SOPs made from the model itself: every key, every form that its type allows, nasty texts.

A key that is added to the model is covered without a word here.
"""

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from sopctl.model import OUTLINE
from sopctl.reading import Reading
from sopctl.record import Record
from sopctl.shape import Choice, Either, List, Map, Shape, Text, Word

TEXTS = [
    "Open the case.",
    "Open the case.\n",
    "Two lines\nof text.\n",
    "Two lines\nwithout an end",
    "Two paragraphs.\n\nThe second one.\n",
    "## Steps\n\nA heading inside.\n",
    "Before.\n\n### Title {#id}\n\nAfter.\n",
    "# Title\n",
    "Setext\n===\n",
    "| a | b |\n| --- | --- |\n| 1 | 2 |\n",
    "Before the table.\n| a | then |\n|---|---|\n| 1 | 2 |\nAfter it.\n",
    "- one\n- two\n",
    "- role: somebody\n- within: 4h\n",
    "- [ ] a task\n- [x] done\n",
    "* yes → no\n* no → yes\n",
    "Words.\n\n- a list\n- at the end\n",
    "1. one\n2. two\n",
    "```\ncode\n## no heading\n```\n",
    "```yaml\nid: not-me\n```\n",
    "~~~yaml\nrole: nobody\n~~~\n",
    "````yaml\n```yaml\na: b\n```\n````\n",
    "```\nnever closed\n",
    "    indented code\n",
    "  leading spaces\nmore\n",
    "trailing spaces  \nand more  \n",
    "trailing spaces ",
    "many line breaks\n\n\n",
    "\nbegins with a break\n",
    "\ta tab\tinside\n",
    "line one\n\n   \nline two\n",
    "> quoted\n> text\n",
    "---\n",
    "---",
    "a\n---\nb\n",
    "<!-- sopctl: ignore[SOP701] a reason -->\nText.\n",
    "Text. <!-- sopctl: ignore[SOP701] a reason -->",
    "See [[TS-APP-001#log|the log]] and [a](b.md).",
    "[[TS-APP-001#assign]] has given the appeal.",
    "carriage\rreturn and\r\nboth\n",
    "odd\x85breaks\u2028here\u2029there",
    "control \x00 \x07 \x1b \x7f characters",
    "byte order \ufeff mark",
    "emoji 👩‍👩‍👧 and \u202eright to left\u202c",
    "private \ue885 use",
]
LINES = [
    "Check the appeal window",
    "Is it proportionate?",
    "a | b", r"a \| b", "ends with \\", "|", "> 90", "-", "- a", "[1..5]", "[1..5)", "(1..5]", "not(a, b)", "..5",
    "null", "~", "true", "False", "yes", "no", "on", "12", "1.10", "0x1F", "1e5", ".inf", "2026-02-17", "12:30",
    "key: value", "ends with:", "Write ticket #2", "a #b", "# heading", "#hash", "Title #", "Title {#id}", "{#id}", "{a: b}", "[a, b]",
    "{a", "[a", "[[TS-APP-001]]", "[[a]], [b]", "'single'", '"double"', '"a" and "b"', "it's", 'a "b" c', "\\", "\\n", "&anchor", "*alias",
    "!tag", "%percent", "@at", "`code`", "<<", "=", "?", "? a", "a?", "a, b", "x → y", "x -> y", "→", "[ ] a", "[x] a", "**bold**",
    "role: x", "otherwise", "then", "when", "set", "_", "<b>", "http://example.org/a?b=c#d", "---", "...", "- [ ] a", "+ a", "* a",
    "1. a", "```", "```yaml", "~~~", "    four spaces", " space", "space ", "\ttab", "a\tb", "a  b", "ünïcödé", "\u00a0nbsp\u00a0",
    "x" * 1100,
    "A long sentence that goes on and on so that it is folded over several lines of the file, with a colon: here, and a # there, at last.",
]  # fmt: skip
WORDS = [
    "check-window", "decide", "TS-APP-002", "TS-APP-002#send", "#send", "trigger", "2.1.0", "2026-02-17", "4bh", "14d", "P14D",
    "true", "false", "90", "1", "-3", "2.5", "yes", "> 90", "-", "us-wa-sea.response", "mon-fri", "09:00-17:00",
]  # fmt: skip

_texts = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(LINES),
    st.text(alphabet="ab #-*|`:→[]{}'\"\\\n\t<>!&?,~_x0", min_size=1, max_size=30),
    st.lists(st.sampled_from(TEXTS + LINES), min_size=2, max_size=3).map("\n".join),
)
_lines = st.one_of(
    st.sampled_from(LINES), st.text(alphabet="ab #-*|`:→[]{}'\"\\<>!&?,~", min_size=1, max_size=12)
)


def sops() -> st.SearchStrategy[dict[str, Any]]:
    """A few keys of a SOP at a time: the rest has no say in how they are written."""
    return records(OUTLINE)


def homes(
    shape: Shape = OUTLINE, wrap: Callable[[Any], Any] = lambda value: value
) -> Iterator[tuple[Record, Callable[[Any], Any]]]:
    """Every kind of record of the format, and how a SOP looks that holds one there."""
    match shape:
        case Either():
            for each in shape.shapes:
                yield from homes(each, wrap)
        case List():
            yield from homes(shape.item, lambda value: wrap([value]))
        case Map():
            yield from homes(shape.value, lambda value: wrap({"an-id": value}))
        case Record():
            yield shape, wrap
            for name, key in shape.part.__keys__.items():
                yield from homes(key.shape, lambda value, name=name: wrap({name: value}))  # type: ignore[misc]


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Data that a shape takes, in any of the forms that it takes."""
    if isinstance(shape, Either):
        return st.one_of([values(each) for each in shape.shapes])
    if isinstance(shape, List):
        items = st.lists(values(shape.item), max_size=3)
        return items | values(shape.item) if shape.accepts("") else items
    if isinstance(shape, Map):
        # keys that the format refuses, and YAML: beyond 1,024 characters a key needs a `?`
        names = values(shape.key).filter(lambda name: name != "<<" and len(name) < 1000)
        return st.dictionaries(names, values(shape.value), max_size=3)
    if isinstance(shape, Record):
        return records(shape)
    if isinstance(shape, Choice):
        return st.sampled_from(shape.choices)
    if isinstance(shape, Text):
        return _lines if shape.line else _texts
    assert isinstance(shape, Word) or type(shape).read is not Shape.read
    good = [word for word in WORDS if not _refused(shape, word)]
    assert good, f"no word of WORDS is {shape.words}: add one"
    return (
        st.sampled_from(good)
        | st.sampled_from(good)
        | (_lines if not _refused(shape, "any | thing") else st.nothing())
    )


@st.composite
def records(draw: st.DrawFn, shape: Record) -> Any:
    keys = shape.part.__keys__
    if shape.part.__short__ and draw(st.booleans()):
        return draw(values(keys[shape.part.__short__].shape))
    names = draw(st.lists(st.sampled_from(list(keys)), unique=True, min_size=1, max_size=5))
    return {name: draw(values(keys[name].shape)) for name in names}


def _refused(shape: Shape, word: str) -> bool:
    into = Reading()
    shape.read(word, (), into)
    return bool(into.problems)
