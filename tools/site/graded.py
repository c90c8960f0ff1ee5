"""Sphinx extension: ``{graded-questions}`` lists what the exercises ask, without any solution."""

from typing import Any

from docutils import nodes

from tools.exercises import build, solutions
from tools.site import notebooks
from tools.site.checked import table
from tools.site.landing import Made


def question_table() -> str:
    """Each question of each exercise: stars, title, points, number of known wrong answers."""
    chapters = {path.stem for path in notebooks.chapters()}
    rows = []
    for slug in build.slugs():
        first = f"{{doc}}`/book/{slug}`" if slug in chapters else slug
        for one in solutions.questions(slug):
            title = f"{one.name[1:]}. {one.title}"
            rows.append([first, title, one.stars, str(one.points), str(len(one.wrong))])
            first = ""
    total = str(sum(int(row[-1]) for row in rows))
    points = str(sum(int(row[-2]) for row in rows))
    rows.append(["**together**", f"{len(rows)} questions", "", points, total])
    return table("Exercise of | Question | Difficulty | Points | Wrong answers", "lllrr", rows)


class GradedQuestions(Made):
    """The table, made when the page is built."""

    def made(self) -> list[nodes.Node]:
        return self.myst(question_table())


def setup(app: Any) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("graded-questions", GradedQuestions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
