"""What the user named, or the words that say why it is not there."""

from sopctl.diagnostic import did_you_mean
from sopctl.files import FileTrouble
from sopctl.library import Library
from sopctl.model import Sop


def wanted_sop(library: Library, id: str) -> Sop:
    """The SOP of that id, in whatever case it was typed."""
    sop = library.sop(id) or library.sop(id.upper())
    if sop is None:
        unread = next((path for path in library.unreadable if id in path), "")
        if unread:
            raise FileTrouble(f"{unread} cannot be read; `sopctl lint` says why")
        raise FileTrouble(
            f"no SOP is called `{id}`{did_you_mean(id.upper(), library.by_id)}; `sopctl list` lists them"
        )
    return sop
