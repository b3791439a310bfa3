"""The wheel holds all that it needs, and works where no checkout is near."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    [made] = folder.glob("*.whl")
    return made


def test_the_wheel_holds_code_templates_and_styles_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.startswith("sopctl/data/templates/") for name in names)
    assert any(name.startswith("sopctl/data/home/assets/") for name in names)
    assert "sopctl/data/home/writing.md" in names
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"sopctl"}
    hidden = {"sopctl/data/templates/start/.gitignore", "sopctl/data/templates/start/.vscode/extensions.json"}
    assert hidden <= set(names)


def test_a_fresh_installation_makes_checks_and_builds_a_knowledge_base(wheel: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    venv.create(fresh, with_pip=False)
    scripts = Path(sysconfig.get_path("scripts", "venv", {"base": str(fresh)}))
    python = scripts / Path(sys.executable).name
    site = sysconfig.get_path("purelib", "venv", {"base": str(fresh)})
    with zipfile.ZipFile(wheel) as file:
        file.extractall(site)
    # what sopctl depends on comes from here, sopctl itself from the wheel
    environment = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib"), "PYTHONSAFEPATH": "1"}

    def sopctl(*words: str, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(python), "-m", "sopctl", *words], cwd=cwd, env=environment, capture_output=True, text=True)  # fmt: skip

    where = "import sopctl; print(sopctl.__file__)"
    found = subprocess.run(
        [str(python), "-c", where], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert Path(found.stdout.strip()).is_relative_to(fresh)

    assert sopctl("init", "base").returncode == 0
    base = tmp_path / "base"
    linted = sopctl("lint", "--fail-on", "note", cwd=base)
    assert (linted.returncode, linted.stderr) == (0, "")
    built = sopctl("build", cwd=base)
    assert built.returncode == 0, built.stdout + built.stderr
    assert (base / "site/html/index.html").is_file()
