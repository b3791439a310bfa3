"""`sopctl audit`."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from enum import Enum
from typing import Annotated, Any

from sopctl.audit import QUESTIONS, Audited, Word, audited
from sopctl.chronicle import Chronicle
from sopctl.cli import ground, read_or_not
from sopctl.cli.cells import table
from sopctl.cli.completion import sop_ids
from sopctl.cli.options import Argument, Option, Today
from sopctl.cli.wanted import answer_on, wanted_id
from sopctl.library import build
from sopctl.named import NamedTuple
from sopctl.repository import repository_of
from sopctl.terminal import as_json, shown

AuditFormat = Enum("AuditFormat", {"text": "text", "csv": "csv", "json": "json"}, type=str)


def audit(
    ids: Annotated[list[str] | None, Argument("The ids of SOPs; without them, all.", "IDS", sop_ids)] = None,
    today: Today = None,
    format: Annotated[AuditFormat, Option("How the audit is written.")] = AuditFormat["text"],
) -> int:
    """Say of each version in force who approved it, when, in which role, and whether git agrees.

    Reads what is committed. Exit code 1 where a verdict is no or not known.

    JSON: day, begins, summary, and sops of id, in_force, why, doubts, facts (title, version, path, owner, since, author, written_on, approvals,
    commit), verdicts (by name: answer, why).
    """
    day = ground.day(today)
    base = ground.find()
    repository = repository_of(base.root)
    chronicle = Chronicle(repository, base.root)
    texts = base.texts_at("HEAD", repository)
    library = build(texts, day)
    wanted = [wanted_id(chronicle, id) for id in ids or ()] or sorted(library.by_id)
    found = []
    for id in wanted:
        found.append(audited(chronicle, id, answer_on(day, chronicle, id, texts, day)))
    with read_or_not():
        sys.stdout.write(_WRITERS[format.value](_Audit(day, chronicle.begins, found)))
    ground.say_left_out(library)
    sound = all(each.word is Word.YES for one in found for each in one.verdicts.values())
    return 0 if sound and not library.unreadable else 1


class _Audit(NamedTuple):
    """All that was found, and when."""

    day: date
    begins: str
    found: Sequence[Audited]

    @property
    def counts(self) -> dict[str, int]:
        words = Counter(each.word for one in self.found for each in one.verdicts.values())
        return {word.value: words[word] for word in Word}

    @property
    def summary(self) -> str:
        held = sum(each.sop is not None for each in self.found)
        counts = ", ".join(f"{count} {word}" for word, count in self.counts.items())
        sops = "1 SOP" if len(self.found) == 1 else f"{len(self.found)} SOPs"
        return f"{sops}, {held} of them in force on {self.day}; verdicts: {counts}"


# For reading


def _text(audit: _Audit) -> str:
    lines = [line for each in audit.found for line in (*_block(each), "")]
    return shown("\n".join([*lines, audit.summary]) + "\n")


def _block(each: Audited) -> Iterator[str]:
    sop, brought = each.sop, each.brought
    if sop is None:
        yield f"{each.id}: no version is in force"
        yield f"  {each.answer.why}"
        return
    yield f"{each.id}  {sop.title}"
    yield f"  version {sop.version}, in force since {each.answer.since}"
    if each.entry:
        yield f"  written by {each.entry.author} on {each.entry.on}: {each.entry.summary}"
    for signed in each.approvals:
        name = f"{signed.name}, {signed.role}" if signed.name else signed.role
        yield f"  signed by {name} on {signed.on}: {signed.meaning}"
    if brought:
        commit = brought.commit
        by = commit.author if commit.author == commit.committer else f"{commit.author}, {commit.committer}"
        yield f"  in git since {brought.since}: commit {commit.hash[:12]} by {by}"
    for name, verdict in each.verdicts.items():
        yield f"  {verdict.word.upper() if verdict.word is Word.NO else verdict.word:<9}  {QUESTIONS[name]}"
        yield f"             {verdict.why}"
    yield from (f"  mind: {doubt}" for doubt in each.answer.doubts)


# For spreadsheets

_FACTS = ("sop", "title", "version", "in force since", "owner", "author", "written on", "signatures",
          "in git since", "commit", "commit author", "committer", "why")  # fmt: skip


def _csv(audit: _Audit) -> str:
    questions = [column for name in QUESTIONS for column in (name, f"{name}: why")]
    return table((*_FACTS, *questions), (_row(each) for each in audit.found))


def _row(each: Audited) -> list[str]:
    sop, entry, brought = each.sop, each.entry, each.brought
    signatures = "; ".join(
        " ".join(filter(None, (str(signed.on), signed.role, signed.name, signed.meaning)))
        for signed in each.approvals
    )
    facts = [
        each.id,
        sop.title if sop else None,
        sop.version if sop else each.answer.version,
        each.answer.since if sop else None,
        sop.owner if sop else None,
        entry.author if entry else None,
        entry.on if entry else None,
        signatures,
        brought.since if brought else None,
        brought.commit.hash if brought else None,
        brought.commit.author if brought else None,
        brought.commit.committer if brought else None,
        each.answer.why,
    ]
    verdicts = [each.verdicts.get(name) for name in QUESTIONS]
    said = [
        part for verdict in verdicts for part in ((verdict.word.value, verdict.why) if verdict else ("", ""))
    ]
    return [str(fact) if fact else "" for fact in facts] + said


# For machines


def _json(audit: _Audit) -> str:
    whole = {
        "day": str(audit.day),
        "begins": audit.begins,
        "sops": [_object(each) for each in audit.found],
        "summary": audit.counts,
    }
    return as_json(whole)


def _object(each: Audited) -> dict[str, Any]:
    return {
        "id": each.id,
        "in_force": each.sop is not None,
        "why": each.answer.why,
        "doubts": list(each.answer.doubts),
        "facts": _facts(each) if each.sop else None,
        "verdicts": {
            name: {"answer": said.word.value, "why": said.why} for name, said in each.verdicts.items()
        },
    }


def _facts(each: Audited) -> dict[str, Any]:
    sop, entry, brought, state = each.sop, each.entry, each.brought, each.answer.state
    assert sop
    return {
        "title": sop.title,
        "version": sop.version,
        "path": state.typed.document.path if state and state.typed else None,
        "owner": sop.owner,
        "since": str(each.answer.since),
        "author": entry.author if entry else None,
        "written_on": str(entry.on) if entry and entry.on else None,
        "approvals": [
            {"role": a.role, "name": a.name or None, "meaning": a.meaning, "on": str(a.on)}
            for a in each.approvals
        ],
        "commit": brought
        and {
            "hash": brought.commit.hash,
            "author": brought.commit.author,
            "committer": brought.commit.committer,
            "committed_on": brought.commit.committed.isoformat(),
            "on_main_since": str(brought.since),
            "subject": brought.commit.subject,
        },
    }


_WRITERS: dict[str, Callable[[_Audit], str]] = {"text": _text, "csv": _csv, "json": _json}
