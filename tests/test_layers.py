"""Imports point down only, and each heavy library is used in one place."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS: list[set[str]] = [
    {"conversation", "yaml12", "scenarios", "model_call"},
    {"scenarios.fields"},
    {"scenarios.desk_format"},
    {"documents", "scenarios.formats", "scenarios.problems"},
    {"case", "channels", "scenarios.yaml_source", "scenarios.schemas"},
    {"observation"},
    {"mood", "ratings", "reading", "ticket"},
    {"scenarios.desk_checks"},
    {"scenarios.checks"},
    {"desk", "scenarios.library"},
    {"director"},
    {"endpoint", "prompts", "calls_report"},
    {"customers", "history", "scoring", "settings"},
    {"agreement", "coach", "judge"},
    {"drafting", "log", "course", "versions"},
    {"verdicts"},
    {"attempt", "knowledge", "second_opinion"},
    {"report", "terminal", "transcripts", "scenarios.rehearsal"}
    | {"agreement_cli", "draft_cli", "endpoint_cli", "feedback_cli", "knowledge_cli"},
    {"debrief"},
    {"practice"},
    {"juggling", "judging", "rescore"},
    {"shift", "transcripts_cli", "rescore_cli"},
    {"cli"},
    {"__main__", "ui"},
]
"""From the ground up. A module imports from its own unit and from lower layers only."""

HOMES = {
    "streamlit": {"simulator/ui", "streamlit_app.py"},
    "sqlmodel": {"simulator/history"},
    "sqlalchemy": {"simulator/history"},
    "alembic": {"simulator/history"},
    "chromadb": {"simulator/knowledge"},
    "langchain_chroma": {"simulator/knowledge"},
    "langchain_core": {"simulator/knowledge"},
    "langchain_openai": {"simulator/knowledge"},
    "openai": {"simulator/endpoint/transport.py"},
    "httpx2": {"simulator/endpoint/transport.py"},
    "httpcore2": {"simulator/endpoint/transport.py"},
    "ruamel": {"simulator/scenarios"},
    "yaml": {"simulator/yaml12.py", "simulator/scenarios/yaml_source.py"},
    "tqdm": {"simulator/rescore_cli.py", "simulator/transcripts_cli.py"},
    "typer": {
        "simulator/agreement_cli.py",
        "simulator/cli.py",
        "simulator/draft_cli.py",
        "simulator/endpoint_cli.py",
        "simulator/feedback_cli.py",
        "simulator/knowledge_cli.py",
        "simulator/rescore_cli.py",
        "simulator/terminal.py",
        "simulator/transcripts_cli.py",
    },
}
FILES = [*sorted((ROOT / "simulator").rglob("*.py")), ROOT / "streamlit_app.py"]


def unit_of(module: str) -> str:
    """The part of the layout that a module of the package belongs to: "ui.pages.debrief" is of "ui"."""
    name = module.removeprefix("simulator.").removeprefix("simulator")
    units = {unit for layer in LAYERS for unit in layer}
    parts = name.split(".")
    for size in range(len(parts), 0, -1):
        if ".".join(parts[:size]) in units:
            return ".".join(parts[:size])
    return name


def level(unit: str) -> int:
    return next(n for n, layer in enumerate(LAYERS) if unit in layer)


def imports(path: Path) -> set[str]:
    package = ".".join(path.relative_to(ROOT).with_suffix("").parts[:-1])
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, *([base] if base else [])])
            found.add(base)
            if base.startswith("simulator"):
                found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", [f for f in FILES if f.parent != ROOT], ids=module_of)
def test_imports_point_down(path: Path) -> None:
    unit = unit_of(module_of(path))
    if not unit:
        return
    names = {name for name in imports(path) if name.startswith("simulator.")}
    modules = {
        name
        for name in names
        if (ROOT / (name.replace(".", "/") + ".py")).exists() or (ROOT / name.replace(".", "/")).is_dir()
    }
    for name in modules:
        other = unit_of(name)
        assert other == unit or level(other) < level(unit), f"{module_of(path)} imports {name} from above"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_libraries_stay_at_home(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for name in imports(path):
        homes = HOMES.get(name.split(".")[0])
        assert homes is None or any(place.startswith(home) for home in homes), f"{place} imports {name}"


def test_the_command_line_opens_without_the_heavy_libraries() -> None:
    code = "import sys, simulator.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {
        "streamlit",
        "sqlmodel",
        "sqlalchemy",
        "chromadb",
        "langchain_core",
        "openai",
        "numpy",
        "pydantic",
        "ruamel",
    }
    assert not heavy & set(loaded)


def test_no_file_is_too_long() -> None:
    long = [f"{path}: {count}" for path in FILES if (count := len(path.read_text("utf-8").splitlines())) > 400]
    assert not long
