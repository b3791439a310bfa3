"""The door to git: what stands at a commit and in the index, on real repositories."""

import os
import shlex
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from sopctl import files
from sopctl.cli import ground
from sopctl.files import FileTrouble, Unread
from sopctl.repository import repository_of
from tests.gitted import Repo

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "kb")


def at(repo: Repo, ref: str = "HEAD", folder: str = "sops") -> dict[str, str | Unread]:
    return dict(repository_of(repo.top).texts_at(ref, repo.top, repo.top / folder))


def trouble(do: object) -> str:
    with pytest.raises(FileTrouble) as caught:
        do()  # type: ignore[operator]
    return str(caught.value)


NAMES = [
    "A-1.yaml",
    "a b.yaml",
    'it\'s "so".yml',
    "Größe.md",
    "two\nlines.yaml",
    "tab\t.yaml",
    "-x.yaml",
    "C.YAML",
]


def test_a_commit_gives_the_same_texts_as_the_folder_that_was_committed(repo: Repo) -> None:
    for number, name in enumerate(NAMES):
        repo.write(f"sops/{'deep/er/' * (number % 2)}{name}", f"text: {name!r}\n")
    repo.write("sops/.hidden.yaml", "x: 1\n")
    repo.write("sops/.git-keep/a.yaml", "x: 1\n")
    repo.write("sops/picture.png", b"\x89PNG")
    repo.write("sops/latin.yaml", "title: Größe\n".encode("latin-1"))
    repo.write("sops/wide.yaml", "title: x\n".encode("utf-16"))
    repo.write("sops/empty.yaml", "")
    repo.write("sops/named.yaml/inside.yaml", "x: 1\n")
    repo.write("elsewhere/b.yaml", "x: 1\n")
    repo.commit()
    found = at(repo)
    assert found == files.texts_in(repo.top, repo.top / "sops")
    assert {f"sops/{'deep/er/' * (n % 2)}{name}" for n, name in enumerate(NAMES)} <= found.keys()
    assert isinstance(found["sops/latin.yaml"], Unread)
    assert isinstance(found["sops/named.yaml"], Unread)


def test_names_that_are_no_utf_8_are_the_same_as_on_the_disk(repo: Repo) -> None:
    try:
        (repo.top / "sops").mkdir()
        (repo.top / "sops" / os.fsdecode(b"gr\xf6\xdfe.yaml")).write_text("x: 1\n")
    except OSError:
        pytest.skip("this disk takes only UTF-8")
    repo.commit()
    assert at(repo) == files.texts_in(repo.top, repo.top / "sops") != {}


def test_what_has_changed_since_does_not_matter(repo: Repo) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    repo.commit()
    repo.write("sops/A.yaml", "x: 2\n")
    repo.write("sops/B.yaml", "x: 2\n")
    repo.commit()
    shutil.rmtree(repo.top / "sops")
    assert at(repo, "HEAD~1") == {"sops/A.yaml": "x: 1\n"}
    assert at(repo, "main") == {"sops/A.yaml": "x: 2\n", "sops/B.yaml": "x: 2\n"}


def test_paths_are_those_seen_from_the_root_of_the_knowledge_base(repo: Repo) -> None:
    repo.write("hand book/sops/A.yaml", "x: 1\n")
    repo.write("other/B.yaml", "x: 1\n")
    repo.commit()
    repository, root = repository_of(repo.top / "hand book" / "sops"), repo.top / "hand book"
    assert dict(repository.texts_at("HEAD", root, root / "sops")) == {"sops/A.yaml": "x: 1\n"}
    assert dict(repository.texts_at("HEAD", root, root)) == {"sops/A.yaml": "x: 1\n"}
    assert dict(repository.texts_at("HEAD", root, repo.top / "other")) == {"../other/B.yaml": "x: 1\n"}


def test_links_are_followed_as_they_led_at_the_commit(repo: Repo) -> None:
    repo.write("shared/roles.yaml", "roles: {}\n")
    repo.write("sops/A.yaml", "x: 1\n")
    links = {"sops/B.yaml": "A.yaml", "sops/shared": "../shared", "sops/round": ".", "sops/gone.yaml": "nowhere",
             "sops/self.yaml": "self.yaml", "sops/out.yaml": "/etc/hostname", "sops/far": "../../far",
             "sops/plan.png": "/etc/hostname"}  # fmt: skip
    for link, target in links.items():
        (repo.top / link).symlink_to(target)
    repo.commit()
    found = at(repo)
    assert found["sops/B.yaml"] == "x: 1\n"
    assert found["sops/shared/roles.yaml"] == "roles: {}\n"
    unread = {path for path, text in found.items() if isinstance(text, Unread)}
    assert unread == {"sops/gone.yaml", "sops/self.yaml", "sops/out.yaml", "sops/far"}
    assert not any(path.startswith("sops/round") for path in found)


def test_a_folder_that_several_links_lead_to_is_read_once_and_by_its_own_name(repo: Repo) -> None:
    repo.write("sops/m/real.yaml", "x: 1\n")
    repo.write("outside/b.yaml", "x: 2\n")
    for link, target in (
        ("a", "m"),
        ("z", "m"),
        ("m/deep", "../../outside"),
        ("y", "../outside"),
        ("b", "../outside"),
    ):
        (repo.top / "sops" / link).symlink_to(target)
    repo.commit()
    found = at(repo)
    assert found == files.texts_in(repo.top, repo.top / "sops")
    assert set(found) == {"sops/m/real.yaml", "sops/b/b.yaml"}


def test_a_folder_that_is_a_link_is_followed(repo: Repo) -> None:
    repo.write("real/A.yaml", "x: 1\n")
    (repo.top / "sops").symlink_to("real")
    repo.commit()
    assert at(repo) == {"sops/A.yaml": "x: 1\n"}


def test_a_submodule_is_told_and_not_passed_over(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.write("A.yaml", "x: 1\n")
    other.commit()
    repo.write("sops/B.yaml", "x: 1\n")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.top), "sops/other")
    repo.commit()
    found = at(repo)
    assert found["sops/B.yaml"] == "x: 1\n"
    assert "submodule" in found["sops/other"].message  # type: ignore[union-attr]
    assert found["sops/other"].folder, "any SOP may stand in it"  # type: ignore[union-attr]
    assert "is a submodule" in trouble(lambda: at(repo, folder="sops/other"))


def test_a_pointer_of_lfs_is_no_text(repo: Repo) -> None:
    repo.write("sops/A.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n")
    repo.commit()
    assert "Git LFS" in at(repo)["sops/A.yaml"].message  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("folder", "says"), [("nope", "is not there"), ("sops/A.yaml", "is no folder"), ("sops/out", "leads out")]
)
def test_a_folder_that_cannot_be_read_is_never_an_empty_one(repo: Repo, folder: str, says: str) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    (repo.top / "sops/out").symlink_to("/nowhere")
    repo.commit()
    assert says in trouble(lambda: at(repo, folder=folder))


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        ("nope", "no branch, tag or commit is called `nope`"),
        ("mian", "did you mean `main`?"),
        ("--all", "looks like an option"),
        ("", "names no commit"),
        ("main\nmain", "names no commit"),
        ("main..v1", "names a range"),
        ("HEAD:sops", "is no commit"),
        ("HEAD~7", "is called `HEAD~7`"),
        ("both", "say which: `refs/heads/both` or `refs/tags/both`"),
    ],
)
def test_a_ref_that_names_no_commit_is_refused_with_the_reason(repo: Repo, ref: str, says: str) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    repo.commit()
    repo.git("branch", "both")
    repo.git("commit", "--allow-empty", "-qm", "Second")
    repo.git("tag", "both")
    assert says in trouble(lambda: at(repo, ref))


def test_every_way_to_name_a_commit_is_understood(repo: Repo) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    first = repo.commit()
    repo.git("tag", "-a", "-m", "Signed off", "v1.0")
    repo.git("update-ref", "refs/remotes/origin/topic", first)
    repo.git("checkout", "-q", "-b", "feature/a-b")
    repository = repository_of(repo.top)
    for ref in (
        "HEAD",
        "@",
        "main",
        "v1.0",
        first,
        first[:8],
        "origin/topic",
        "feature/a-b",
        "refs/heads/main",
    ):
        assert repository.commit(ref) == first, ref


def test_a_repository_without_commits_says_so(repo: Repo) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    assert "no commits yet" in trouble(lambda: at(repo))


def test_a_shallow_clone_says_what_is_not_in_it(repo: Repo, tmp_path: Path) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    first = repo.commit()
    repo.write("sops/A.yaml", "x: 2\n")
    repo.commit()
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.top}", str(tmp_path / "clone"))
    clone = repository_of(tmp_path / "clone")
    assert clone.shallow
    assert clone.texts_at("HEAD", clone.top, clone.top / "sops") == {"sops/A.yaml": "x: 2\n"}
    for ref in ("HEAD~1", first, "no-such-branch"):
        said = trouble(lambda ref=ref: clone.commit(ref))
        assert "shallow" in said
        assert "fetch-depth: 0" in said


def test_merge_bases_are_found_or_their_lack_is_told(repo: Repo, tmp_path: Path) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    base = repo.commit()
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("On the topic")
    repo.git("checkout", "-q", "main")
    repo.commit("On main", day="2026-01-02")
    repo.git("checkout", "-q", "--orphan", "alone")
    repo.commit("Alone")
    assert repository_of(repo.top).merge_base("main", "topic") == base
    assert "have no commit in common" in trouble(lambda: repository_of(repo.top).merge_base("main", "alone"))
    repo.git(
        "clone", "-q", "--no-single-branch", "--depth", "1", f"file://{repo.top}", str(tmp_path / "clone")
    )
    clone = repository_of(tmp_path / "clone")
    assert "shallow" in trouble(lambda: clone.merge_base("origin/main", "origin/topic"))


def test_a_folder_outside_any_repository_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert "is in no git repository" in trouble(lambda: repository_of(tmp_path))


def test_without_git_the_way_out_is_told(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "git is not installed" in trouble(lambda: repository_of(repo.top))


def test_a_repository_of_another_user_is_told_in_our_words(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setattr("sopctl.repository._program._KEPT", ("GIT_",))
    assert "belongs to another user" in trouble(lambda: repository_of(repo.top))


def test_a_bare_repository_can_be_read(repo: Repo, tmp_path: Path) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    repo.commit()
    bare = tmp_path / "bare.git"
    repo.git("clone", "-q", "--bare", str(repo.top), str(bare))
    repository = repository_of(bare)
    assert repository.texts_at("main", bare, bare / "sops") == {"sops/A.yaml": "x: 1\n"}
    assert len(repository.history("main", bare)) == 1
    assert "cannot tell what is staged" in trouble(lambda: repository.texts_staged(bare, bare / "sops"))


def test_a_second_worktree_has_its_own_head(repo: Repo, tmp_path: Path) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    repo.commit()
    second = Repo.__new__(Repo)
    second.top = tmp_path / "second"
    repo.git("worktree", "add", "-q", "-b", "topic", str(second.top))
    second.write("sops/A.yaml", "x: 2\n")
    second.commit()
    assert at(second) == {"sops/A.yaml": "x: 2\n"}
    assert at(repo) == {"sops/A.yaml": "x: 1\n"}


def test_sha256_repositories_are_read(tmp_path: Path) -> None:
    try:
        repo = Repo(tmp_path / "kb", "--object-format=sha256")
    except subprocess.CalledProcessError:
        pytest.skip("this git knows no SHA-256")
    repo.write("sops/A.yaml", "x: 1\n")
    repo.commit()
    assert at(repo) == {"sops/A.yaml": "x: 1\n"}


def test_a_knowledge_base_reached_by_a_link_is_read(repo: Repo, tmp_path: Path) -> None:
    repo.write("book/sops/A.yaml", "x: 1\n")
    repo.commit()
    for name, target in (("whole", repo.top), ("part", repo.top / "book")):
        (tmp_path / name).symlink_to(target)
    for root in (tmp_path / "whole" / "book", tmp_path / "part"):
        assert repository_of(root).texts_at("HEAD", root, root / "sops") == {"sops/A.yaml": "x: 1\n"}


# What is staged


def test_what_is_staged_is_what_the_next_commit_holds(repo: Repo) -> None:
    repo.write("sops/A.yaml", "x: committed\n")
    repo.write("sops/B.yaml", "x: committed\n")
    repo.commit()
    repo.write("sops/A.yaml", "x: staged\n")
    repo.write("sops/new one.yaml", "x: new\n")
    repo.git("add", "-A")
    repo.git("rm", "-q", "--cached", "sops/B.yaml")
    repo.write("sops/A.yaml", "x: not staged\n")
    repo.write("sops/announced.yaml", "x: not staged\n")
    repo.git("add", "-N", "sops/announced.yaml")
    repository = repository_of(repo.top)
    expected = {"sops/A.yaml": "x: staged\n", "sops/new one.yaml": "x: new\n"}
    assert repository.texts_staged(repo.top, repo.top / "sops") == expected
    assert repository.text_staged(repo.top / "sops/A.yaml") == "x: staged\n"
    repo.git("commit", "-qm", "What was staged")
    assert at(repo) == expected


def test_before_the_first_commit_staged_files_are_there(repo: Repo) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    repo.git("add", "-A")
    assert repository_of(repo.top).texts_staged(repo.top, repo.top / "sops") == {"sops/A.yaml": "x: 1\n"}


def test_a_file_in_conflict_is_no_text(repo: Repo) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    repo.commit()
    repo.git("checkout", "-q", "-b", "topic")
    repo.write("sops/A.yaml", "x: 2\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.write("sops/A.yaml", "x: 3\n")
    repo.commit()
    with pytest.raises(subprocess.CalledProcessError):
        repo.git("merge", "-q", "topic")
    found = repository_of(repo.top).texts_staged(repo.top, repo.top / "sops")["sops/A.yaml"]
    assert "two versions of this file" in found.message  # type: ignore[union-attr]


SAY_WHAT_IS_STAGED = """
import sys
from datetime import date
from pathlib import Path
from sopctl.repository import repository_of
for place in map(Path, sys.argv[1:]):
    print(repository_of(place).texts_staged(place, place / "sops"))
"""


def test_a_hook_sees_the_commit_that_is_being_made(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.write("sops/O.yaml", "x: other\n")
    other.git("add", "-A")
    repo.write("sops/A.yaml", "x: 1\n")
    repo.write("sops/B.yaml", "x: 1\n")
    repo.commit()
    script, out = tmp_path / "say.py", tmp_path / "out"
    script.write_text(SAY_WHAT_IS_STAGED)
    words = " ".join(map(shlex.quote, [sys.executable, str(script), str(repo.top), str(other.top)]))
    repo.write(".git/hooks/pre-commit", f"#!/bin/sh\nexec {words} > {shlex.quote(str(out))}\n").chmod(0o755)
    repo.write("sops/A.yaml", "x: 2\n")
    repo.write("sops/B.yaml", "x: 2\n")
    repo.git("commit", "-qm", "Only one of them", "sops/A.yaml")
    ours, theirs = out.read_text().splitlines()
    assert ours == "{'sops/A.yaml': 'x: 2\\n', 'sops/B.yaml': 'x: 1\\n'}"
    assert theirs == "{'sops/O.yaml': 'x: other\\n'}"


# Beside


def test_other_files_are_looked_at_as_they_were(repo: Repo) -> None:
    repo.write("book/sops/A.yaml", "x: 1\n")
    repo.write("book/guide.md", "# Guide\n")
    repo.write("book/picture.png", b"\x89PNG")
    repo.write("outside.md", "# Outside\n")
    repo.commit()
    shutil.rmtree(repo.top / "book")
    root = repo.top / "book"
    look = repository_of(repo.top).beside_at("HEAD", root)
    assert look("guide.md") == look("sops/../guide.md") == "# Guide\n"
    assert look("picture.png") == look("sops") == ""
    assert look("../outside.md") == "# Outside\n"
    assert look("nope.md") is None
    assert look("../../nope.md") is files.LEADS_OUT


def test_the_look_beside_is_the_same_as_that_of_the_folder(repo: Repo) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    repo.write("a.md", "text\n")
    repo.write("b.txt", "text\n")
    repo.write("folder.md/c.md", "text\n")
    repo.write(".env", "SECRET=1\n")
    repo.write(".github/e.md", "text\n")
    links = {"in.md": "a.md", "up.md": "../a.md", "out.md": "/etc/hostname", "far": "../..", "f.md/d": "../folder.md",
             "git.txt": ".git/config", "env.txt": ".env", "hub": ".github", "gone.md": "nowhere"}  # fmt: skip
    for link, target in links.items():
        (repo.top / link).parent.mkdir(exist_ok=True)
        (repo.top / link).symlink_to(target)
    repo.commit()
    repository = repository_of(repo.top)
    looks = files.beside(repo.top), repository.beside_at("HEAD", repo.top), repository.beside_staged(repo.top)
    for path in (
        "a.md",
        "b.txt",
        "sops",
        "folder.md",
        "folder.md/c.md",
        "a.md/x",
        "sops/./A.yaml",
        "nope",
        "sops/../a.md",
        "in.md",
        "up.md",
        "out.md",
        "far",
        "far/a.md",
        "f.md/d/c.md",
        "env.txt",
        "hub/e.md",
        ".github/e.md",
        "gone.md",
        "..",
        "../a.md",
        ".",
    ):
        assert len({look(path) for look in looks}) == 1, path
    assert looks[0]("git.txt") == files.LEADS_OUT
    assert looks[0]("f.md/d/c.md") == "text\n"
    assert looks[0]("hub/e.md") == looks[0]("env.txt") == files.LEADS_TO_HIDDEN


# History


def test_history_tells_who_changed_what_and_when(repo: Repo) -> None:
    repo.write("sops/A B.yaml", "x: 1\n")
    repo.write("README.md", "x\n")
    first = repo.commit('First: "so" it is', day="2026-01-01T23:30:00-08:00")
    repo.write("README.md", "y\n")
    repo.commit("Elsewhere")
    repo.git("mv", "sops/A B.yaml", "sops/Ü\n.yaml")
    third = repo.commit("Third", day="2026-02-01")
    repository = repository_of(repo.top)
    newest, oldest = repository.history("HEAD", repo.top / "sops")
    assert (newest.hash, oldest.hash, newest.subject, oldest.subject) == (
        third,
        first,
        "Third",
        'First: "so" it is',
    )
    assert (oldest.author, oldest.committer, oldest.parents) == ("A. Author", "C. Committer", ())
    assert oldest.committed.isoformat() == "2026-01-01T23:30:00-08:00"
    content = oldest.files[0].after
    assert content
    assert [*repository.texts_of([content])] == ["x: 1\n"]
    assert sorted(newest.files) == sorted(
        [("sops/A B.yaml", (content,), None), ("sops/Ü\n.yaml", (None,), content)]
    )


def test_a_merge_counts_where_it_says_what_no_parent_said(repo: Repo) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    repo.commit()
    repo.git("checkout", "-q", "-b", "topic")
    repo.write("sops/A.yaml", "x: 2\n")
    repo.commit("Two")
    repo.git("checkout", "-q", "main")
    repo.write("sops/B.yaml", "x: 1\n")
    repo.commit("Apart")
    repo.git("merge", "-q", "--no-ff", "-m", "Clean", "topic")
    repo.git("checkout", "-q", "-b", "again")
    repo.write("sops/A.yaml", "x: 3\n")
    repo.commit("Three")
    repo.git("checkout", "-q", "main")
    repo.write("sops/A.yaml", "x: 4\n")
    repo.commit("Four")
    with pytest.raises(subprocess.CalledProcessError):
        repo.git("merge", "-q", "again")
    repo.write("sops/A.yaml", "x: 5\n")
    repo.commit("Both")
    commits = {each.subject: each for each in repository_of(repo.top).history("HEAD", repo.top / "sops")}
    assert "Clean" not in commits or not commits["Clean"].files
    (touched,) = commits["Both"].files
    assert (len(touched.before), len(commits["Both"].parents)) == (2, 2)


def test_each_commit_came_to_the_main_line_by_itself_or_by_a_merge(repo: Repo) -> None:
    first = repo.commit("First")
    repo.git("checkout", "-q", "-b", "topic")
    topic = repo.commit("Topic")
    repo.git("checkout", "-q", "main")
    second = repo.commit("Second")
    repo.git("checkout", "-q", "topic")
    repo.git("merge", "-q", "--no-ff", "-m", "Caught up", "main")
    caught_up = repo.git("rev-parse", "HEAD")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "Merged", "topic")
    merged = repo.git("rev-parse", "HEAD")
    last = repo.commit("Last")
    assert [*repository_of(repo.top).joined("HEAD").items()] == [
        (first, first),
        (second, second),
        (topic, merged),
        (caught_up, merged),
        (merged, merged),
        (last, last),
    ]


@pytest.mark.parametrize("setting", ["combined", "off"])
def test_what_a_merge_did_to_the_main_line_depends_on_no_setting(repo: Repo, setting: str) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    repo.commit()
    repo.git("checkout", "-q", "-b", "topic")
    repo.write("sops/A.yaml", "x: 2\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "Merged", "topic")
    repo.git("config", "log.diffMerges", setting)
    newest, _ = repository_of(repo.top).history("HEAD", repo.top / "sops", mainline=True)
    assert [(each.path, len(each.before)) for each in newest.files] == [("sops/A.yaml", 1)]


def test_one_process_reads_however_many_files_there_are(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(300):
        repo.write(f"sops/{number % 7}/S-{number}.yaml", f"id: S-{number}\n" * 500)
    repo.commit()
    repository = repository_of(repo.top)
    started = []
    popen = subprocess.Popen

    def counted(*words: object, **more: object) -> object:
        started.append(words)
        return popen(*words, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", counted)
    assert len(repository.texts_at("HEAD", repo.top, repo.top / "sops")) == 300
    assert len(repository.texts_at("main", repo.top, repo.top / "sops")) == 300
    assert len(started) == 1


def test_a_broken_repository_is_told_and_no_file_is_left_out(repo: Repo) -> None:
    repo.write("sops/A.yaml", "x: 1\n")
    repo.write("sops/B.yaml", "x: 2\n")
    repo.commit()
    name = repo.git("rev-parse", "HEAD:sops/A.yaml")
    place = repo.top / ".git/objects" / name[:2] / name[2:]
    place.chmod(0o644)
    place.unlink()
    found = at(repo)
    assert isinstance(found["sops/A.yaml"], Unread)
    assert found["sops/B.yaml"] == "x: 2\n"


# The knowledge base at a commit


def test_the_folder_of_sops_is_where_the_settings_of_then_had_it(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    sop = "id: A-1\ntitle: Then\n"
    repo.write("sopctl.toml", 'sops = "procedures"\nsevere = "no such key today"\n')
    repo.write("procedures/A-1.yaml", sop)
    repo.commit()
    repo.write("sopctl.toml", "")
    repo.git("mv", "procedures", "sops")
    repo.commit()
    monkeypatch.chdir(repo.top)
    base, repository = ground.find(), repository_of(repo.top)
    for ref, path in (("HEAD~1", "procedures/A-1.yaml"), ("HEAD", "sops/A-1.yaml")):
        assert list(base.library_at(ref, repository, date(2026, 1, 1)).by_path) == [path]


def test_broken_settings_of_then_are_told_with_their_commit(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write("sopctl.toml", "sops = [")
    repo.write("sops/A-1.yaml", "id: A-1\n")
    repo.commit()
    repo.write("sopctl.toml", "")
    monkeypatch.chdir(repo.top)
    base, repository = ground.find(), repository_of(repo.top)
    said = trouble(lambda: base.library_at("HEAD", repository, date(2026, 1, 1)))
    assert said.startswith("at `HEAD`, sopctl.toml cannot be read")
