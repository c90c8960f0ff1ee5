"""What is known of each toolkit beside its speed: read from its environment, or cited.

"version", "licence" and "megabytes" are read where the toolkit is installed. "released" is the date
of the newest file in the archive of that version. "maintainer", "state" and "successor" are
statements of people, checked at their source on 1 December 2026.
"""

import importlib.metadata
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.toolkits.environments import FOLDER, megabytes
from tools.toolkits.launch import INSIDE, launch


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Who cares for a toolkit, and where that is said."""

    package: str
    released: str
    maintainer: str
    state: str
    successor: str | None
    source: str


STANDINGS = {
    "fairseq": Standing(
        package="fairseq",
        released="2022-06-27",
        maintainer="Meta (FAIR)",
        state="no releases since 2022; its authors put no more work into it",
        successor="fairseq2",
        source="https://github.com/facebookresearch/fairseq2/issues/156",
    ),
    "opennmt": Standing(
        package="OpenNMT-py",
        released="2024-03-18",
        maintainer="nobody since July 2024",
        state="support ended; its authors went on to eole",
        successor="eole",
        source="https://github.com/OpenNMT/OpenNMT-py/pull/2593",
    ),
    "eole": Standing(
        package="eole",
        released="2026-10-18",
        maintainer="the eole project, former authors of OpenNMT-py",
        state="maintained",
        successor=None,
        source="https://github.com/eole-nlp/eole",
    ),
    "ctranslate2": Standing(
        package="ctranslate2",
        released="2026-11-02",
        maintainer="the OpenNMT project",
        state="maintained",
        successor=None,
        source="https://github.com/OpenNMT/CTranslate2",
    ),
    "modelgarden": Standing(
        package="tf-models-official",
        released="2026-02-11",
        maintainer="Google (TensorFlow)",
        state="maintained",
        successor=None,
        source="https://github.com/tensorflow/models",
    ),
}


def about(name: str, folder: Path = FOLDER) -> dict[str, object]:
    """What stands in the study under "about"; for the book itself its version and licence.

    Raises ``ToolkitError`` if the toolkit is not installed.
    """
    if name not in STANDINGS:
        own = importlib.metadata.metadata("lmbook")
        return {"version": own["Version"], "licence": "Apache-2.0"}
    standing = asdict(STANDINGS[name])
    script = INSIDE / "about.py"
    said = launch(name, [script, standing["package"]], folder=folder, environments=folder)
    size = round(megabytes(folder / name))
    return {**json.loads(said.stdout), "megabytes": size, **standing}
