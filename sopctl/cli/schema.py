"""`sopctl schema`."""

import json
import sys
from enum import Enum
from typing import Annotated

from sopctl.cli.options import Argument

SchemaKind = Enum("SchemaKind", {"sop": "sop", "registers": "registers"}, type=str)


def schema(
    kind: Annotated[SchemaKind, Argument("Of a SOP, or of a register file.")],
) -> int:
    """Print the JSON Schema by which an editor completes, explains and checks while you write."""
    from sopctl.schema import schema as made

    sys.stdout.write(json.dumps(made(kind.value), indent=2, ensure_ascii=False) + "\n")
    return 0
