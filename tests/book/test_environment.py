"""environment.yml and constraints.txt agree with pyproject.toml, checked without conda."""

import itertools
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
CONDA = [entry for entry in ENVIRONMENT["dependencies"] if isinstance(entry, str)]
PIP = next(entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict))


def pins(path):
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return [Requirement(line) for line in found]


def exact(requirement):
    return Version(next(iter(requirement.specifier)).version)


COLAB = "tests/book/colab-constraints.txt"
CONSTRAINTS = {canonicalize_name(pin.name): exact(pin) for pin in pins("constraints.txt")}
REQUIREMENTS = [
    Requirement(line) for line in [*PROJECT["dependencies"], *itertools.chain(*EXTRAS.values())]
]


def test_conda_brings_only_python_and_pip():
    names = {re.split(r"[<>=!~ ]", entry)[0] for entry in CONDA}
    assert names == {"python", "pip"}


def test_conda_and_pyproject_ask_for_the_same_python():
    python = next(entry for entry in CONDA if entry.startswith("python"))
    assert SpecifierSet(python.removeprefix("python")) == SpecifierSet(PROJECT["requires-python"])


def test_pip_section_installs_this_package_with_every_extra():
    editable = next(line for line in PIP if line.startswith("--editable"))
    assert set(re.search(r"\.\[(.+)\]", editable)[1].split(",")) == set(EXTRAS)


def test_pip_section_uses_the_constraints():
    assert "--constraint constraints.txt" in PIP


def test_pip_section_holds_nothing_else():
    assert len(PIP) == 2


def test_constraints_are_exact_public_versions_once_each():
    for pin in pins("constraints.txt"):
        assert [clause.operator for clause in pin.specifier] == ["=="], str(pin)
        assert pin.url is None and exact(pin).local is None, str(pin)
    assert len(CONSTRAINTS) == len(pins("constraints.txt"))


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_every_requirement_is_pinned_within_its_range(requirement):
    version = CONSTRAINTS[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version, prereleases=True)


@pytest.mark.parametrize("line", PROJECT["dependencies"] + EXTRAS["hf"])
def test_colab_satisfies_the_ranges(line):
    requirement = Requirement(line)
    colab = {canonicalize_name(pin.name): exact(pin) for pin in pins(COLAB)}
    version = colab.get(canonicalize_name(requirement.name))
    if version is None:
        pytest.skip(f"{requirement.name} is not among Colab's packages")
    assert requirement.specifier.contains(version, prereleases=True)
