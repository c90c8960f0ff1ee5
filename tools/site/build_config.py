"""The one place that knows where the repository and the site are; writes the book's configuration.

Addresses come from LMBOOK_REPOSITORY_URL and LMBOOK_SITE_URL, or from git's remote ``origin``.
Without them the repository, issue and Colab buttons are left out, so that no link is broken.
"""

import argparse
import os
import re
import subprocess
from pathlib import Path

import yaml

BUTTONS = ("repository", "issues", "edit_page")
COLAB = {"colab_url": "https://colab.research.google.com", "notebook_interface": "jupyterlab"}
ROOT = Path(__file__).resolve().parents[2]
REMOTE = re.compile(
    r"^(?:https://|git@|ssh://git@)github\.com[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?/?$"
)


def github_name(address: str) -> tuple[str, str] | None:
    """(owner, repository) of a GitHub address, or None for any other address."""
    found = REMOTE.match(address.strip())
    return (found[1], found[2]) if found else None


def git_remote() -> str:
    """The address of git's remote ``origin``; empty without git or without a remote."""
    command = ["git", "-C", str(ROOT), "config", "--get", "remote.origin.url"]
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:
        return ""


def repository_url() -> str:
    """The repository as a web address, or empty when there is none to link to."""
    given = os.environ.get("LMBOOK_REPOSITORY_URL", "").rstrip("/")
    name = github_name(git_remote())
    return given or (f"https://github.com/{name[0]}/{name[1]}" if name else "")


def site_url() -> str:
    """The published site with a closing slash, or empty when there is none."""
    given = os.environ.get("LMBOOK_SITE_URL", "").rstrip("/")
    name = github_name(repository_url())
    site = given or (f"https://{name[0].lower()}.github.io/{name[1]}" if name else "")
    return f"{site}/" if site else ""


def with_addresses(config: dict, repository: str, site: str) -> dict:
    """``config`` with the addresses and the folders filled in; changed in place."""
    html, sphinx = config["html"], config["sphinx"]["config"]
    buttons = {f"use_{kind}_button": bool(repository) for kind in BUTTONS}
    html.update(buttons)
    # Jupyter Book looks for these beside the configuration it reads, which is in _build.
    local = config["sphinx"].get("local_extensions", {})
    local.update({name: str(ROOT / folder) for name, folder in local.items()})
    theme = sphinx["html_theme_options"]
    theme.update(buttons)
    if repository:
        config["repository"] = {"url": repository, "path_to_book": "", "branch": "main"}
        theme.update(repository_url=repository, repository_branch="main")
        config["launch_buttons"].update(COLAB)
        theme["launch_buttons"] = dict(COLAB)
    if site:
        html["baseurl"] = sphinx["ogp_site_url"] = site
    return config


def main() -> None:
    """Write the configuration that the build reads, only when it changed; or show an address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "_build/config/_config.yml")
    parser.add_argument("--show", choices=["repository", "site"], help="print an address only")
    options = parser.parse_args()
    if options.show:
        print(repository_url() if options.show == "repository" else site_url())
        return
    output = options.output
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    text = yaml.safe_dump(
        with_addresses(config, repository_url(), site_url()), sort_keys=False, allow_unicode=True
    )
    output.parent.mkdir(parents=True, exist_ok=True)
    if not output.exists() or output.read_text(encoding="utf-8") != text:
        output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
