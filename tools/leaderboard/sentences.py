"""Sentences of the page that state an order or compare numbers: made of the rows, never by hand."""

from collections.abc import Iterable, Mapping

from tools.leaderboard.costs import crossing
from tools.leaderboard.curves import LABELS, level, networks
from tools.leaderboard.rows import BEST_COUNTS, NETWORKS, ROWS
from tools.leaderboard.years import METHODS

MASKED = (
    " For a masked model everything to the right is out of sight, which its training never"
    " showed it."
)
_SMALL = {"6", "7", "8", "12"}  # chapters of the networks of one size
LOSSY = " WordPiece does not give capitals, lines and spaces back, so it has less to predict."


def joined(parts: Iterable[str]) -> str:
    """One, or one and two, or one, two and three."""
    *firsts, last = parts
    return f"{', '.join(firsts)} and {last}" if firsts else last


def leaders(rows: Mapping[str, dict]) -> str:
    """The best network and the best model that counts, and how far apart they are."""

    def best(names: Iterable[str]) -> str:
        return min(names, key=lambda name: rows[name]["bits_per_byte"])

    network = best(name for name in rows if name in NETWORKS)
    counting = best(n for n in rows if n not in NETWORKS and rows[n]["unit"] == "n-grams")
    ours, theirs = rows[network]["bits_per_byte"], rows[counting]["bits_per_byte"]
    return (
        f"The best single network is **{network}**, at {ours:.3f} bits per byte; the best model "
        f"that counts is **{counting}**, at {theirs:.3f}. The network needs "
        f"{abs(ours - theirs):.3f} bits per byte {'more' if ours > theirs else 'fewer'}."
    )


def together(rows: Mapping[str, dict], mixtures: Mapping[str, dict]) -> str:
    """What the best network and the 5-gram do in one mixture; nothing if it was not measured."""
    said = []
    for mixed in mixtures.values():
        network = row_of(mixed["network"])
        gain = rows[network]["bits_per_byte"] - mixed["bits_per_byte"]
        kind = "fewer" if gain >= 0 else "more"
        said.append(
            f"Mixed with **{BEST_COUNTS}**, the best network on the validation plays, "
            f"**{network}**, needs {mixed['bits_per_byte']:.3f} bits per byte, {abs(gain):.3f} "
            f"{kind} than alone. Each probability is {mixed['weight']:.2f} of the network's plus "
            f"{1 - mixed['weight']:.2f} of the counts'; the weight was chosen on the validation "
            f"plays. The mixture has a line in the table and no rank."
        )
    return " ".join(said)


def row_of(packaged: str) -> str:
    """The row of a model of the zoo. Raises ``ValueError`` if it has none."""
    for name, (_, other) in NETWORKS.items():
        if other == packaged:
            return name
    raise ValueError(f"packaged={packaged!r} has no row")


def order(rows: Mapping[str, dict]) -> str:
    """Whether each method needs fewer bits than all before it, and if not, which do not."""
    behind = []
    for i, method in enumerate(METHODS):
        bits = rows[method.row]["bits_per_byte"]
        ahead = [m for m in METHODS[:i] if rows[m.row]["bits_per_byte"] <= bits]
        if ahead:
            older = joined(f"{m.label} ({m.year})" for m in ahead)
            behind.append(f"{method.label} ({method.year}) is behind {older}")
    if not behind:
        return (
            "The order is the historical one: each method needs fewer bits than every method "
            "before it."
        )
    return f"The order is not the historical one everywhere: {'; '.join(behind)}."


def sizes(rows: Mapping[str, dict]) -> str:
    """From how many to how many million parameters the networks of chapters 6 to 12 have."""
    return _range((row["size"] / 1e6 for row in _small(rows)), "{:.2f}")


def minutes(rows: Mapping[str, dict]) -> str:
    """From how many to how many minutes the networks of chapters 6 to 12 took."""
    return _range((row["seconds"] / 60 for row in _small(rows)), "{:.0f}")


def passes(read: Mapping[str, float]) -> str:
    """How often the networks of chapters 6 to 12 saw each token, given that of each network."""
    return _range((n for name, n in read.items() if ROWS[name].chapter in _SMALL), "{:.1f}")


def overtaking(costs: Mapping[str, dict]) -> str:
    """Which networks pass the 5-gram, and when the first does."""
    level_ = level(costs)
    passed, never = {}, []
    for _, name, cost in networks(costs):
        reached = crossing(cost, level_)
        if reached is None:
            never.append(LABELS.get(name, name))
        else:
            passed[LABELS.get(name, name)] = reached[0]
    first = f"On these speeches the 5-gram needs {level_:.3f} bits per byte."
    if not passed:
        return f"{first} No network passes it within its training."
    soonest = min(passed, key=lambda name: passed[name])
    seconds = f"{passed[soonest]:,.0f} CPU seconds"
    if len(passed) == 1:
        return f"{first} One network passes it: {soonest}, after {seconds}."
    rest = f" These do not: {joined(never)}." if never else ""
    names = joined(passed)
    return f"{first} {names} pass it, {soonest} first, after {seconds}.{rest}"


def below(one: float, other: float) -> str:
    """How ``one`` stands to ``other``."""
    return "below" if one < other else "above"


def _small(rows: Mapping[str, dict]) -> list[dict]:
    return [rows[n] for n in NETWORKS if n in rows and ROWS[n].chapter in _SMALL]


def _range(values: Iterable[float], form: str) -> str:
    ordered = sorted(values)
    ends = [form.format(ordered[0]), form.format(ordered[-1])]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
