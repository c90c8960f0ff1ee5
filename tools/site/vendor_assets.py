"""Copy the JavaScript that pages with widgets and maths need into book/_static/vendor (no CDN)."""

import argparse
import shutil
from pathlib import Path

import anywidget

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "book/_static/vendor"
# The embed bundle asks for its icon fonts beside the page; html_extra_path serves them there.
BESIDE_PAGES = ROOT / "book/_extra/book/@jupyter-widgets/html-manager/dist"
CONFIG = """(function () {
  const base = new URL(".", document.currentScript.src).href;
  requirejs.config({ baseUrl: base });
})();
"""


def copy(source: Path, target: Path) -> None:
    """Copy one file, making the folders it needs; a missing source names the way out."""
    if not source.is_file():
        raise SystemExit(f"{source} is missing: run `npm ci` in {ROOT} first")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def vendor(node_modules: Path) -> None:
    """Fill the vendor folder anew from installed npm packages and from anywidget."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    shutil.rmtree(BESIDE_PAGES, ignore_errors=True)
    copy(node_modules / "requirejs/require.js", VENDOR / "require.js")
    widgets = node_modules / "@jupyter-widgets/html-manager/dist"
    copy(widgets / "embed-amd.js", VENDOR / "html-manager/embed-amd.js")
    for pattern in ("*.woff2", "*.woff", "*.ttf"):
        for font in widgets.glob(pattern):
            copy(font, VENDOR / "@jupyter-widgets" / font.name)
            copy(font, VENDOR / "@jupyter-widgets/html-manager/dist" / font.name)
            copy(font, BESIDE_PAGES / font.name)
    copy(Path(anywidget.__file__).parent / "nbextension/index.js", VENDOR / "anywidget.js")
    maths = node_modules / "mathjax/es5"
    copy(maths / "tex-mml-chtml.js", VENDOR / "mathjax/tex-mml-chtml.js")
    fonts = "output/chtml/fonts/woff-v2"
    for font in (maths / fonts).glob("*"):
        copy(font, VENDOR / "mathjax" / fonts / font.name)
    (VENDOR / "widgets-config.js").write_text(CONFIG, encoding="utf-8")


def main() -> None:
    """Read the command line and vendor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("node_modules", nargs="?", type=Path, default=ROOT / "node_modules")
    vendor(parser.parse_args().node_modules)


if __name__ == "__main__":
    main()
