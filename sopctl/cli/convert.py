"""`sopctl convert`."""

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

from sopctl import files, source, writing
from sopctl.cli.options import Argument, Option
from sopctl.files import FileTrouble

To = Enum("To", {"md": "md", "yaml": "yaml"}, type=str)


def convert(
    file: Annotated[str, Argument("The SOP to convert.", "FILE")],
    to: Annotated[To, Option("The form to write.")],
    output: Annotated[
        str | None,
        Option("Write to this file, which must not be there yet, instead of the terminal.", metavar="FILE"),
    ] = None,
) -> int:
    """Write a SOP in the other form, Markdown or YAML. The SOP stays the same; comments are left out."""
    from sopctl import edit
    from sopctl.model import OUTLINE

    text = files.text_of(Path(file))
    document = source.read(Path(file).name, text, OUTLINE)
    if document is None:
        raise FileTrouble(f"{file} has no front matter, so it is no SOP")
    try:
        converted = edit.convert(document, to.value)
    except ValueError as error:
        raise FileTrouble(f"{file}: {error}") from error
    if output is None:
        sys.stdout.write(converted)
    else:
        writing.write_new(Path(output), converted)
        print(f"wrote {output}; {file} is still there: delete one of the two", file=sys.stderr)
    if source.has_comments(document, OUTLINE):
        print("note: comments are not carried over", file=sys.stderr)
    return 0
