"""The library: everything at once, and who refers to whom."""

from datetime import date

import pytest

from sopctl.diagnostic import nearest
from sopctl.library import Library, Unread, build

TODAY = date(2026, 11, 21)


def sop(id: str, *more: str) -> str:
    return "\n".join(
        [
            f"id: {id}",
            f"title: About {id}",
            "version: 1.0.0",
            "status: draft",
            "owner: lead",
            "purpose: Show one thing.",
            "scope: Examples.",
            "trigger: A reader is curious.",
            "steps: [{id: look, title: Look at it, role: lead, next: done}]",
            "outcomes: {done: {title: Done}}",
            "change_history: [{version: 1.0.0, on: 2026-01-05, author: lead, summary: First}]",
            *more,
            "",
        ]
    )


ROLES = "roles: {lead: {title: Lead}}\n"


def library(**texts: str | Unread) -> Library:
    return build({f"{name.replace('_', '-')}.yaml": text for name, text in texts.items()}, TODAY)


def lost(whole: Library) -> list[tuple[str, str]]:
    return [(each.code, each.reference.target) for found in whole.missing.values() for each in found]


@pytest.mark.parametrize(
    ("status", "start", "successor", "counts"),
    [
        ("effective", "2026-11-21", "", "effective"),
        ("effective", "2026-11-22", "", "approved"),
        ("approved", "2026-11-21", "", "approved"),
        ("draft", "2026-01-01", "", "draft"),
        ("withdrawn", "2027-01-01", "", "withdrawn"),
        ("effective", "2026-01-01", "status: effective\neffective_on: 2026-11-21", "superseded"),
        ("effective", "2026-01-01", "status: effective\neffective_on: 2026-11-22", "effective"),
        ("effective", "2026-01-02", "status: effective\neffective_on: 2026-01-01", "effective"),
        ("effective", "2026-01-01", "status: draft\neffective_on: 2026-11-21", "effective"),
        ("suspended", "2026-01-01", "status: effective\neffective_on: 2026-11-21", "suspended"),
    ],
)
def test_what_is_effective_counts_from_its_day_until_another_takes_its_place(
    status: str, start: str, successor: str, counts: str
) -> None:
    old = sop("TS-OLD-001", f"effective_on: {start}").replace("status: draft", f"status: {status}")
    new = sop("TS-NEW-001", "supersedes: [TS-OLD-001]").replace("status: draft", successor or "status: draft")
    whole = library(TS_OLD_001=old, TS_NEW_001=new)
    found = whole.sop("TS-OLD-001")
    assert found is not None
    assert whole.status_of(found) == counts


def test_registers_of_several_files_are_merged() -> None:
    whole = library(a=ROLES, b="roles: {agent: {title: Agent}}\nteams: {crew: {title: Crew}}\n")
    assert sorted(whole.roles) == ["agent", "lead"]
    assert (whole.home("roles", "agent"), whole.home("teams", "crew")) == ("b.yaml", "b.yaml")


def test_the_first_of_two_entries_holds() -> None:
    whole = library(a=ROLES, b="roles: {lead: {title: Other}}\n")
    assert whole.roles["lead"].title == "Lead"
    assert [(each.path, each.at) for each in whole.twice] == [("b.yaml", ("roles", "lead"))]


def test_roles_teams_and_schedules_share_their_names() -> None:
    whole = library(
        a=ROLES, b="schedules: {lead: {title: Rota}}\n", c="clauses: {lead: {text: T, source: S}}\n"
    )
    assert [each.path for each in whole.twice] == ["b.yaml"]


def test_sops_stand_in_the_order_of_their_ids() -> None:
    whole = library(x=sop("TS-B-001"), y=sop("TS-A-001"))
    assert [each.id for each in whole.sops] == ["TS-A-001", "TS-B-001"]


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("notes: See [[TS-A-002]].", ""),
        ("notes: See [[TS-A-002#look]].", ""),
        ("notes: See [[#look]], [[role:lead|the lead]].", ""),
        ("notes: See `[[TS-A-003]]`.", ""),
        ("notes: See [[TS-A-003]].", "SOP301"),
        ("notes: See [[TS-A-002#lok]].", "SOP302"),
        ("notes: See [[#lok]].", "SOP302"),
        ("notes: See [[role:led]].", "SOP303"),
        ("notes: See [[term:strike]].", "SOP304"),
        ("notes: See [[what is this]].", "SOP301"),
        ("notes: See [[TS-A-002].", "SOP301"),
        ("notes: See [[TS-A-002#look] ].", "SOP301"),
        ("notes: See [[role:lead|the lead].", "SOP301"),
        ("notes: See [[#look], too.", "SOP301"),
        ("notes: See [TS-A-002].", "SOP301"),
        ("notes: See [TS-A-002#look].", "SOP301"),
        ("notes: See [[]].", "SOP301"),
        ("notes: See [ISO-9001], [this][TS-A-002] and `[TS-A-002]`.", ""),
        ("notes: See [TS-A-002](https://example.org).", ""),
        ('notes: "See [TS-A-002].\\n\\n[TS-A-002]: https://example.org"', ""),
        ('notes: "See [[TS-A-002|the\\nother]], [[role:lead| who\\n leads]]."', ""),
        ('notes: "> See [[TS-A-002|the\\n> other]]."', ""),
        ('notes: "See `[[TS-A-003|the\\nother]]`."', ""),
        ('notes: "See [[TS-A-003|the\\nother]]."', "SOP301"),
        ('notes: "> See [[TS-A-003|the\\n> other]]."', "SOP301"),
        ('notes: "See [[role:led|who\\nleads]]."', "SOP303"),
        ('notes: "See [[role:lead|who\\nleads]."', "SOP301"),
        ('notes: "See [[TS-A-\\n002]]."', "SOP301"),
        ('notes: "See [[TS-A-002\\n|the other]]."', "SOP301"),
        ('notes: "See [[TS-A-002|the\\n\\nother]]."', "SOP301"),
        ('notes: "See [[TS-A-002|the\\n- other]]."', "SOP301"),
        ('not_applicable: {metrics: "See [[TS-A-003]]."}', "SOP301"),
        ("supersedes: TS-A-003", "SOP301"),
        ("audience: [lead]", "SOP303"),
        ("metrics: [speed]", "SOP304"),
        ("implements: [law.one]", "SOP304"),
        ("applies_to: {jurisdictions: [us-wa]}", "SOP304"),
        ("deadlines: [{id: d, kind: ceiling, from: trigger, to: [done], value: 2d}]", ""),
        ("deadlines: [{id: d, kind: ceiling, from: start, to: [done], value: 2d}]", "SOP302"),
        ("deadlines: [{id: d, kind: ceiling, from: 'TS-A-002#look', to: [done], value: 2d}]", ""),
        ("escalations: [{when: It burns, then: doen}]", "SOP203"),
        ("escalations: [{when: It burns, path: fire}]", "SOP304"),
        ("scenarios: [{title: T, given: {late: yes}, expect: {outcome: done}}]", "SOP304"),
    ],
)
def test_a_reference_that_leads_nowhere_is_missing(key: str, code: str) -> None:
    whole = library(roles=ROLES, TS_A_001=sop("TS-A-001", key), TS_A_002=sop("TS-A-002"))
    assert [found for found, _ in lost(whole)] == ([code] if code else [])


@pytest.mark.parametrize(
    ("written", "code", "meant"),
    [
        ("ts-a-002", "SOP301", "TS-A-002"),
        ("ts-a-002#look", "SOP301", "TS-A-002#look"),
        ("TS-A-002#Look", "SOP302", "TS-A-002#look"),
        ("#Look", "SOP302", "#look"),
        ("role:Lead", "SOP303", "role:lead"),
        ("role: lead", "SOP303", "role:lead"),
        ("rôle:lead", "SOP301", "role:lead"),
        ("term:My word", "SOP304", ""),
        ("lead", "SOP301", "role:lead"),
        ("look", "SOP301", "#look"),
        ("what is this", "SOP301", ""),
    ],
)
def test_what_is_no_reference_is_told_with_the_nearest(written: str, code: str, meant: str) -> None:
    whole = library(
        roles=ROLES, TS_A_001=sop("TS-A-001", f"notes: 'See [[{written}]].'"), TS_A_002=sop("TS-A-002")
    )
    [found] = whole.missing["TS-A-001.yaml"]
    near = f" (did you mean `{meant}`?)" if meant else ""
    assert (found.code, found.message) == (code, f"`[[{written}]]` names nothing that the format knows{near}")
    if meant:
        mended = library(
            roles=ROLES, TS_A_001=sop("TS-A-001", f"notes: 'See [[{meant}]].'"), TS_A_002=sop("TS-A-002")
        )
        assert lost(mended) == []


@pytest.mark.parametrize(("broken", "meant"), [("role:le\\nad", "role:lead"), ("some\\nwords|a", "…")])
def test_a_name_broken_by_the_end_of_a_line_is_told_with_what_to_write(broken: str, meant: str) -> None:
    whole = library(roles=ROLES, TS_A_001=sop("TS-A-001", f'notes: "See [[{broken}]]."'))
    [found] = whole.missing["TS-A-001.yaml"]
    assert found.message == f"the end of a line breaks this reference: write `[[{meant}]]` on one line"


def test_a_reference_to_an_entry_whose_id_is_no_id_is_told_there() -> None:
    assert (
        lost(
            library(
                roles=f"{ROLES[:-2]}, Agent: {{title: A}}}}\n",
                a=sop("TS-A-001", "notes: See [[role:Agent]]."),
            )
        )
        == []
    )


def test_a_word_that_only_ends_like_another_is_no_slip_of_it() -> None:
    assert nearest("questions", ["escalations", "notes", "purpose"]) == ""
    assert nearest("xscalations", ["escalations", "notes", "purpose"]) == "escalations"


def test_the_nearest_name_is_suggested() -> None:
    whole = library(roles=ROLES, TS_A_001=sop("TS-A-001", "notes: See [[TS-A-0001]] and [[#loook]]."))
    messages = [each.message for each in whole.missing["TS-A-001.yaml"]]
    assert messages[0].endswith("(did you mean `TS-A-001`?)")
    assert messages[1].endswith("(did you mean `look`?)")


def test_the_round_the_clock_calendar_is_always_there() -> None:
    assert lost(library(a="roles: {lead: {title: Lead, calendar: 24x7}}\n")) == []
    assert lost(library(a="roles: {lead: {title: Lead, calendar: 24x5}}\n")) == [("SOP304", "24x5")]


@pytest.mark.parametrize("text", ["id: [", "", Unread("this file is not UTF-8")])
def test_a_file_that_nobody_can_read_answers_to_its_stem(text: str | Unread) -> None:
    whole = library(roles=ROLES, TS_A_001=sop("TS-A-001", "notes: See [[TS-A-002#any]]."), TS_A_002=text)
    assert lost(whole) == []
    assert whole.unreadable == ("TS-A-002.yaml",)


CLOSED = Unread("this folder cannot be opened: permission denied", folder=True)


@pytest.mark.parametrize("folder", ["closed", "TS-X", "closed.md", "closed.yaml"])
def test_what_is_nowhere_else_may_stand_in_a_folder_that_cannot_be_opened(folder: str) -> None:
    lost_ones = "notes: See [[TS-X-001]], [[TS-X-001#look]], [[TS-A-001#lok]], [[role:led]], [[term:strike]]."
    texts: dict[str, str | Unread] = {"TS-A-001.yaml": sop("TS-A-001", lost_ones), "roles.yaml": ROLES}
    whole, partly = build(texts, TODAY), build({**texts, folder: CLOSED}, TODAY)
    assert [code for code, _ in lost(whole)] == ["SOP301", "SOP301", "SOP302", "SOP303", "SOP304"]
    assert lost(partly) == [("SOP302", "TS-A-001#lok")]
    assert partly.unjudged == dict.fromkeys(["SOP301", "SOP303", "SOP304"], (folder,))
    assert (
        build({"TS-A-001.yaml": sop("TS-A-001"), "roles.yaml": ROLES, folder: CLOSED}, TODAY).unjudged == {}
    )


def test_a_sop_without_its_id_goes_by_its_file_name() -> None:
    whole = library(
        roles=ROLES,
        TS_A_001=sop("TS-A-001", "notes: See [[TS-A-002]]."),
        TS_A_002=sop("TS-A-002").replace("id: TS-A-002\n", ""),
    )
    assert lost(whole) == []
    assert [each.id for each in whole.sops] == ["TS-A-001", "TS-A-002"]


def test_who_refers_to_whom_is_known_both_ways() -> None:
    whole = library(
        roles=ROLES,
        TS_A_001=sop("TS-A-001", "notes: See [[TS-A-002]] and [[#look]]."),
        TS_A_002=sop("TS-A-002", "supersedes: [TS-A-003]"),
        TS_A_003=sop("TS-A-003"),
    )
    one, two, three = whole.sops
    assert whole.referred(one) == [two]
    assert whole.referrers("TS-A-002") == [one]
    assert whole.referrers("TS-A-003") == [two]
    assert whole.referrers("TS-A-001") == []
    assert whole.users("roles", "lead") == [one, two, three]


def test_the_later_sop_of_one_id_is_left_out() -> None:
    whole = library(a=sop("TS-A-001"), b=sop("TS-A-001"))
    assert [whole.path_of(each) for each in whole.sops] == ["a.yaml"]
    assert [(each.path, each.at) for each in whole.twice] == [("b.yaml", ("id",))]


def test_a_case_may_tell_the_private_fact_of_the_sop_that_its_scenario_names() -> None:
    fact = "facts: {late: {ask: Is it late?, type: yes-no}}"
    case = "scenarios: [{title: Late, sop: TS-A-001, given: {%s: yes}, expect: {outcome: done}}]\n"
    files = {"roles": ROLES, "TS_A_001": sop("TS-A-001", fact)}
    assert lost(library(**files, cases=case % "late")) == []
    wrong = library(**files, cases=case % "lte")
    assert lost(wrong) == [("SOP304", "lte")]
    assert wrong.missing["cases.yaml"][0].message.endswith("(did you mean `late`?)")


def test_the_first_hundred_slips_of_a_file_get_a_suggestion() -> None:
    slips = "notes: |\n" + "\n".join(f"  [[TS-A-00{n:03}]]" for n in range(150))
    whole = library(roles=ROLES, TS_A_001=sop("TS-A-001", slips), TS_A_002=sop("TS-A-002", slips))
    for found in (whole.missing["TS-A-001.yaml"], whole.missing["TS-A-002.yaml"]):
        assert ["did you mean" in each.message for each in found] == [True] * 100 + [False] * 50


def test_the_first_hundred_unknown_keys_of_a_file_get_a_suggestion() -> None:
    whole = library(TS_A_001=sop("TS-A-001", *(f"titel{n}: x" for n in range(150))))
    said = [each.finding.message for each in whole.typed[0].problems]
    assert ["did you mean `title`" in each for each in said] == [True] * 100 + [False] * 50


def test_among_thousands_of_names_the_nearest_is_suggested() -> None:
    roles = "roles:\n" + "".join(f"  clerk-{n}: {{title: Clerk}}\n" for n in range(3000))
    whole = library(a=roles, b="roles: {lead: {title: Lead, reports_to: clrk-2718}}\n")
    assert whole.missing["b.yaml"][0].message.endswith("(did you mean `clerk-2718`?)")


def test_a_list_of_jurisdictions_that_is_written_wrongly_makes_none_unknown() -> None:
    applies = sop("TS-A-001", "applies_to: {jurisdictions: [us-mn], worker_types: [rider]}")
    base = "knowledge_base: {title: Docks, jurisdcitions: [us-mn], worker_types: [driver]}\n"
    assert lost(library(a=base + ROLES, TS_A_001=applies)) == [("SOP304", "rider")]


def test_a_jurisdiction_that_is_not_written_yet_is_told_alone() -> None:
    base = 'knowledge_base: {title: Docks, jurisdictions: [us-wa, ""]}\n'
    whole = library(a=base + ROLES, TS_A_001=sop("TS-A-001", "applies_to: {jurisdictions: [us-mn]}"))
    assert lost(whole) == [("SOP304", "us-mn")]
