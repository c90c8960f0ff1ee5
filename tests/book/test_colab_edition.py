"""The Colab edition shows no MyST and loses no word."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.colab import edition as colab
from tools.colab import markdown

ROOT = Path(__file__).resolve().parents[2]

REFERENCES = r"""
@article{shannon1948, author = {Shannon, Claude E.}, title = {A Theory}, year = {1948},
  doi = {10.1002/x(1)}}
@book{two, author = {Erd{\H o}s, Paul and van der Berg, Ann}, title = {T}, year = {1950}}
@misc{many, author = {A, B and C, D and E, F}, title = {M}, year = {2001}, url = {https://m.org}}
"""
SITE = "https://site.org/book"
REPOSITORY = "https://github.com/people/project"
PNG = b"\x89PNG\r\n\x1a\nrest"


@pytest.fixture
def edition():
    return markdown.Edition(REFERENCES, SITE, REPOSITORY)


def test_an_admonition_becomes_a_block_with_its_title_and_words(edition):
    text = ":::{admonition} You can $x$\n:class: tip\n- count *words*\n- sample\n:::"
    converted = markdown.convert(text, edition)
    assert converted.startswith("<div style=") and converted.endswith("</div>")
    assert "\n\n**You can $x$**\n\n- count *words*\n- sample\n\n" in converted
    assert ":::" not in converted and ":class:" not in converted


def test_nested_directives_and_code_stay_whole(edition):
    code = "```python\nx = {'a': 1}  # {doc}`glossary`\n```"
    converted = markdown.convert(f"````{{note}}\nbefore\n{code}\nafter\n````\nlast", edition)
    assert code in converted
    assert "**Note**" in converted and "before" in converted and converted.endswith("last")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{cite:t}`two`", f"[Erdős and van der Berg (1950)]({SITE}/book/references.html)"),
        ("{cite:p}`shannon1948`", "([Shannon, 1948](https://doi.org/10.1002/x%281%29))"),
        ("{cite}`many`", "([A et al., 2001](https://m.org))"),
        ("{doc}`/book/running`", f"[running]({SITE}/book/running.html)"),
        ("{doc}`the words <glossary>`", f"[the words]({SITE}/book/glossary.html)"),
        (
            "{term}`language model`",
            f"[language model]({SITE}/book/glossary.html#term-language-model)",
        ),
        ("{py:func}`~lmbook.a.b`", f"[`b`]({SITE}/book/api.html#lmbook.a.b)"),
        ("{ref}`this part <part>`", "this part"),
        ("{math}`x^2`", "$x^2$"),
        ("[symbols](notation.md#top)", f"[symbols]({SITE}/book/notation.html#top)"),
        ("[out](https://a.org/b.md)", "[out](https://a.org/b.md)"),
        ("[above](#section)", "above"),
        ("`{doc}` and `[a](b.md)`", "`{doc}` and `[a](b.md)`"),
        ("$p[a](b)$ and $q`$", "$p[a](b)$ and $q`$"),
    ],
)
def test_roles_and_links(edition, source, expected):
    assert markdown.convert(source, edition) == expected


def test_without_a_site_the_words_stay():
    edition = markdown.Edition(REFERENCES)
    text = (
        "{cite:t}`two`, {term}`token`, {doc}`a <b>`, [c](d.md), [e](../exercises/03-x/03-x.ipynb)"
    )
    assert markdown.convert(text, edition) == "Erdős and van der Berg (1950), token, a, c, e"


def test_an_exercise_opens_on_colab(edition):
    link = markdown.convert("[go](../exercises/03-x/03-x.ipynb)", edition)
    hub = "https://colab.research.google.com/github/people/project/blob/gh-pages"
    assert link == f"[go]({hub}/colab/exercises/03-x.ipynb)"


def test_equations_are_numbered_and_referred_to(edition):
    text = "$$a$$ and\n$$\nb\n$$ (eq:b)\n\n```{math}\n:label: eq:c\nc\n```\n"
    text += "{eq}`eq:c` after {eq}`eq:b`"
    edition.learn(text)
    converted = markdown.convert(text, edition)
    assert "$$a$$ and\n$$\nb \\tag{1} $$" in converted
    assert "$$\nc \\tag{2}\n$$" in converted
    assert converted.endswith("(2) after (1)")
    assert "eq:" not in converted


def test_a_labelled_heading_gives_its_words(edition):
    text = "(part)=\n## The part\n\nsee {ref}`part`"
    edition.learn(text)
    assert markdown.convert(text, edition) == "## The part\n\nsee The part"


def test_a_figure_travels_inside_the_notebook(edition, tmp_path):
    (tmp_path / "a.png").write_bytes(PNG)
    edition.folder = tmp_path
    text = "```{figure} a.png\n:alt: two curves\nThe {term}`loss`.\n```"
    converted = markdown.convert(text, edition)
    assert converted.startswith("![two curves](data:image/png;base64,iVBOR")
    assert converted.endswith(f"*The [loss]({SITE}/book/glossary.html#term-loss).*")


def test_an_unknown_citation_or_figure_is_named(edition):
    with pytest.raises(ValueError, match=r"'nobody1999' is not in references\.bib"):
        markdown.convert("{cite}`nobody1999`", edition)
    with pytest.raises(ValueError, match=r"'none\.png' is not a file"):
        markdown.convert("```{figure} none.png\n```", edition)


def test_the_install_cell_comes_first_and_outputs_stay(edition):
    output = nbformat.v4.new_output("stream", text="1\n")
    code = new_code_cell("print(1)", outputs=[output], execution_count=1)
    source = new_notebook(cells=[new_markdown_cell("# T"), code])
    notebook = colab.colab_notebook(source, "lmbook @ git+https://a.org/b", edition)
    assert notebook.cells[0].source == '%pip install -q "lmbook @ git+https://a.org/b"'
    assert notebook.cells[2].outputs == [output]
    assert source.cells[0].source == "# T"
    nbformat.validate(notebook)


def test_the_repository_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("LMBOOK_REPOSITORY_URL", "git@github.com:people/project.git")
    assert colab.repository_url() == REPOSITORY
    monkeypatch.setenv("LMBOOK_REPOSITORY_URL", "/some/folder")
    assert colab.repository_url() == ""


def test_without_a_repository_nothing_is_written(tmp_path, capsys):
    assert colab.main(["--output", str(tmp_path / "colab"), "--repository", ""]) == 0
    assert "no Colab edition" in capsys.readouterr().out
    assert not (tmp_path / "colab").exists()


@pytest.mark.parametrize("path", sorted(ROOT.glob("book/*.ipynb")), ids=lambda path: path.stem)
def test_no_chapter_keeps_myst_on_colab(path):
    references = (ROOT / "book/references.bib").read_text("utf-8")
    edition = markdown.Edition(references, SITE, REPOSITORY)
    source = nbformat.v4.reads(path.read_text("utf-8"))
    notebook = colab.colab_notebook(source, "lmbook", edition)
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert re.findall(r"^\s*(?:`{3,}|:{3,})\{.*$|\{[\w:]+\}`|^\([\w:-]+\)=|\x00", text, re.M) == []
    assert re.findall(r"\$\$[ \t]*\([\w:.-]+\)", text) == []
    nbformat.validate(notebook)
