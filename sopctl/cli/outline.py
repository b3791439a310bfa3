"""`sopctl outline`."""

import sys
from pathlib import Path
from typing import Annotated

from sopctl import files, model, source
from sopctl.cli.options import Argument
from sopctl.files import FileTrouble
from sopctl.terminal import tame


def outline(file: Annotated[str, Argument("A SOP or register file.", "FILE")]) -> int:
    """Print a file as lines, one fact a line, whatever its layout: what `git diff` compares after `sopctl git-setup`."""
    from sopctl.outline import outline as lines

    text = files.text_of(Path(file))
    document = source.read(Path(file).name, text, model.OUTLINE)
    typed = model.read(document) if document else None
    if typed is None or not typed.readable or not typed.document.complete:
        raise FileTrouble(f"{file} is no SOP or register file that can be read to its end")
    sys.stdout.write(tame("\n".join(lines(typed)) + "\n"))
    return 0
