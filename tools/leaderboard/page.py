"""The leaderboard's page: the prose of ``prose/``, filled with tables and computed sentences."""

import re
from collections.abc import Mapping
from pathlib import Path

from tools.leaderboard import costs as measured
from tools.leaderboard import curves, sentences, years
from tools.leaderboard.rows import BEST_COUNTS, NETWORKS

RANKED = "| # | model | chapter | tokens | bits per byte | size | training, s | memory, MB |"
PSEUDO = "| model | chapter | tokens | training, s | pseudo-likelihood | left to right |"
GPT, XLNET = "gpt-tiny", "xlnet-tiny"
ONCE = {"BPE 1,024": BEST_COUNTS, "BPE 2,048": "trigram, modified Kneser–Ney"}
"""Rows that read the training text once, by tokens: what others read is measured in theirs."""

_PROSE = Path(__file__).parent / "prose"
_WALL = ". That of a network is the one on its card, by a clock on the wall"
_SAMPLE = "all models were scored on one sample"

Rows = Mapping[str, dict]


def page(rows: Rows, pseudo: Rows, mixtures: Rows | None = None, costs: Rows | None = None) -> str:
    """The page in MyST; without ``costs``, the section about them is left out.

    Raises ``ValueError`` if the second table's models were scored on different texts, or if the
    prose asks for a value that there is none of.
    """
    if len({(row["n_speeches"], row["n_bytes"]) for row in pseudo.values()}) > 1:
        raise ValueError(f"the page says that {_SAMPLE}; the stored numbers do not")
    rows, pseudo, mixtures = with_costs(rows, pseudo, mixtures or {}, costs or {})
    values = _values(rows, mixtures, costs or {}) | _pseudo_values(pseudo)
    values["COST"] = fill("cost", _cost_values(rows, costs)) if costs else ""
    return fill("page", values)


def fill(name: str, values: Mapping[str, str]) -> str:
    """The prose of a file with its <<names>> replaced, and no %% lines and empty paragraphs.

    Raises ``ValueError`` for a name without a value.
    """
    lines = (_PROSE / f"{name}.md").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("%%")).strip()
    if unknown := [found for found in re.findall("<<(.*?)>>", text) if found not in values]:
        raise ValueError(f"{name}.md asks for <<{unknown[0]}>>; there is {', '.join(values)}")
    text = re.sub("<<(.*?)>>", lambda match: values[match[1]], text)
    return re.sub("\n{3,}", "\n\n", text) + "\n"


def with_costs(rows: Rows, pseudo: Rows, mixtures: Rows, costs: Rows) -> tuple[Rows, Rows, Rows]:
    """The three tables with the measured CPU seconds in place of those on the cards.

    A mixture has its own seconds and its network's.
    """
    zoo = {name: packaged for name, (_, packaged) in NETWORKS.items()}

    def timed(name: str, row: dict) -> dict:
        return row | {"seconds": costs[name]["seconds"]} if name in costs else row

    timed_rows = {name: timed(zoo.get(name, ""), row) for name, row in rows.items()}
    parts = {name: timed_rows[sentences.row_of(row["network"])] for name, row in mixtures.items()}
    return (
        timed_rows,
        {name: timed(name, row) for name, row in pseudo.items()},
        {n: row | {"seconds": row["seconds"] + parts[n]["seconds"]} for n, row in mixtures.items()},
    )


def ranking(rows: Rows, mixtures: Rows) -> str:
    """One line for each row, the best first; mixtures stand among them without a place."""
    lines, place = [], 0
    everything = [*rows.items(), *((name, _mixed(row)) for name, row in mixtures.items())]
    for name, row in sorted(everything, key=lambda item: item[1]["bits_per_byte"]):
        place += name in rows
        cells = [str(place) if name in rows else "–", name, row["chapter"], row["tokens"]]
        megabytes = "" if row["megabytes"] is None else str(row["megabytes"])
        cells += [f"{row['bits_per_byte']:.3f}", f"{row['size']:,} {row['unit']}"]
        cells += [f"{row['seconds']:.1f}", megabytes]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([RANKED, "|---:|---|---|---|---:|---:|---:|---:|", *lines])


def _mixed(row: dict) -> dict:
    unit = f"parameters, {row['n_ngrams']:,} n-grams"
    return row | {"chapter": "7", "size": row["n_parameters"], "unit": unit, "megabytes": None}


def both_sides(pseudo: Rows) -> str:
    """One line a model, in no order of merit; a dash where a model sees one side only."""
    lines = []
    for name, row in pseudo.items():
        seen = row["pseudo_bits_per_byte"]
        cells = [f"`{name}`", row["chapter"], row["tokens"], f"{row['seconds']:.1f}"]
        cells += ["–" if seen is None else f"{seen:.3f}", f"{row['bits_per_byte']:.3f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([PSEUDO, "|---|---|---|---:|---:|---:|", *lines])


def passes(row: Mapping, rows: Rows) -> float:
    """How often a row read the training text on average."""
    return row["n_tokens"] / rows[ONCE[row["tokens"]]]["n_tokens"]


def _values(rows: Rows, mixtures: Rows, costs: Rows) -> dict[str, str]:
    xlnet = rows[sentences.row_of(XLNET)]
    return {
        "RANKING": ranking(rows, mixtures),
        "LEADERS": sentences.leaders(rows),
        "TOGETHER": sentences.together(rows, mixtures),
        "SECONDS": "" if costs else _WALL,
        "SIZES": sentences.sizes(rows),
        "MINUTES": sentences.minutes(rows),
        "PASSES": sentences.passes({n: passes(rows[n], rows) for n in NETWORKS if n in rows}),
        "XLNET TOKENS": f"{xlnet['n_tokens']:,}",
        "YEARS": years.table(rows),
        "YEARS ALT": years.alt(rows),
        "ORDER": sentences.order(rows),
    }


def _cost_values(rows: Rows, costs: Rows) -> dict[str, str]:
    read = {name: passes(rows[name], rows) for name in NETWORKS if name in rows}
    return {
        "COST ALT": curves.alt(costs),
        "COST TABLE": curves.table(costs, read),
        "OVERTAKING": sentences.overtaking(costs),
        "N TIMED": str(measured.N_TIMED),
        "N WARM": str(measured.N_WARM),
        "N EVALUATED": str(measured.N_EVALUATED),
    }


def _pseudo_values(pseudo: Rows) -> dict[str, str]:
    both, left = pseudo[XLNET]["pseudo_bits_per_byte"], pseudo[GPT]["bits_per_byte"]
    return {
        "BOTH SIDES": both_sides(pseudo),
        "SPEECHES": f"{pseudo[GPT]['n_speeches']:,}",
        "BYTES": f"{pseudo[GPT]['n_bytes']:,}",
        "XLNET BOTH": f"{both:.2f}",
        "XLNET LEFT": f"{pseudo[XLNET]['bits_per_byte']:.2f}",
        "XLNET BELOW": sentences.below(both, left),
        "GPT LEFT": f"{left:.2f}",
        "MASKED": sentences.MASKED if any(row["masked"] for row in pseudo.values()) else "",
        "LOSSY": "" if all(row["keeps_text"] for row in pseudo.values()) else sentences.LOSSY,
    }
