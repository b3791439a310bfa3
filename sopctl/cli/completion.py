"""What the shell completes: the ids of SOPs, by the names of their files."""

import re
from pathlib import PurePosixPath

from sopctl.files import FileTrouble


def sop_ids(incomplete: str) -> list[str]:
    """The ids that begin so; none where there is no knowledge base."""
    from sopctl import files
    from sopctl.cli import ground
    from sopctl.model.words import SOP_ID

    try:
        base = ground.find()
        paths = files.texts_in(base.root, base.folder)
    except FileTrouble:
        return []
    stems = {PurePosixPath(path).stem for path in paths}
    return sorted(stem for stem in stems if re.fullmatch(SOP_ID, stem) and stem.startswith(incomplete))
