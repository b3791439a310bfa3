"""`sopctl export`."""

import sys
from enum import Enum
from typing import Annotated

from sopctl.cli import ground
from sopctl.cli.completion import sop_ids
from sopctl.cli.options import Argument
from sopctl.cli.wanted import wanted_sop
from sopctl.files import FileTrouble

ExportKind = Enum("ExportKind", {"dmn": "dmn"}, type=str)


def export(
    kind: Annotated[ExportKind, Argument("What to write: `dmn`, the decision tables as DMN 1.3.")],
    id: Annotated[str, Argument("The id of the SOP.", "ID", sop_ids)],
) -> int:
    """Write a part of a SOP for other tools: its decision tables as DMN 1.3, which a DMN engine runs."""
    from sopctl.render.dmn import DmnTrouble, dmn

    library = ground.find().library(ground.day(None))
    try:
        sys.stdout.write(dmn(wanted_sop(library, id), library))
    except DmnTrouble as trouble:
        raise FileTrouble(str(trouble)) from trouble
    return 0
