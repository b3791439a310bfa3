"""`sopctl comment`."""

import os
import sys
from pathlib import Path
from typing import Annotated

from sopctl import code_host, files
from sopctl.cli import ground
from sopctl.cli.options import Argument, Option
from sopctl.code_host import Host, Refused
from sopctl.files import FileTrouble
from sopctl.terminal import tame


def comment(
    file: Annotated[
        str, Argument("The comment, as Markdown. A file of another name is another comment.", "FILE")
    ],
    update_only: Annotated[
        bool,
        Option("Bring the comment up to date where there is one, and make no new one.", ("--update-only",)),
    ] = False,
) -> int:
    """In CI, keep one comment up to date on the pull request (GitHub) or merge request (GitLab).

    GitHub: GITHUB_TOKEN, with `pull-requests: write`. GitLab: GITLAB_TOKEN, with the scope `api`.
    """
    path = Path(file)
    text = files.text_of(path)
    if not text.strip():
        raise FileTrouble(f"{file} is empty: a comment says something")
    host = code_host.host_of(os.environ)
    try:
        done = code_host.put(host, path.name, text, update_only=update_only)
    except Refused as refused:
        if not host.from_outside:
            raise
        _show_instead(host, text, str(refused))
        return 0
    print(done.value)
    return 0


def _show_instead(host: Host, text: str, why: str) -> None:
    """A pull request from a fork gets no token that may write; the review is shown where it may be."""
    shown = ground.add_to_step_summary(text)
    where = "in the summary of this run" if shown else "below"
    print(
        f"the pull request comes from outside, and may not be commented on from here: {why}", file=sys.stderr
    )
    print(f"what the comment would say stands {where}")
    if not shown:
        print(tame(f"\n{text}"))
