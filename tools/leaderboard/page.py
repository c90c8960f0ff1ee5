"""The leaderboard's page: what is said about the stored numbers, and the numbers themselves."""

from collections.abc import Mapping

from tools.leaderboard.years import alt
from tools.leaderboard.years import table as years

RANKED = "| # | model | chapter | tokens | bits per byte | size | training, s | memory, MB |"
PSEUDO = "| model | chapter | tokens | training, s | pseudo-likelihood | left to right |"

GPT, LLAMA, SMALL = (
    "GPT, 2.2 million parameters",
    "Transformer, Llama's form",
    "Transformer, GPT-2's form",
)
XLNET, BEST, GRU = "XLNet, read from left to right", "5-gram, modified Kneser–Ney", "GRU"
OLDER = ("feed-forward network, 8 tokens of context", "recurrent network", "LSTM")
ONCE = {"BPE 1,024": BEST, "BPE 2,048": "trigram, modified Kneser–Ney"}
"""Rows that read the training text once, by tokens: what others read is measured in theirs."""


def page(rows: Mapping[str, dict], pseudo: Mapping[str, dict]) -> str:
    """The page in MyST. Raises ``ValueError`` if the numbers are not what its prose says."""
    _check_claims(rows, pseudo)
    text = "\n\n".join([TOP, YEARS, BOTH_SIDES, END])
    for name, value in (_values(rows) | _pseudo_values(pseudo)).items():
        text = text.replace(f"<<{name}>>", value)
    return text


def ranking(rows: Mapping[str, dict]) -> str:
    """One line a row, the best first."""
    lines = []
    for place, (name, row) in enumerate(
        sorted(rows.items(), key=lambda item: item[1]["bits_per_byte"]), start=1
    ):
        cells = [str(place), name, row["chapter"], row["tokens"], f"{row['bits_per_byte']:.3f}"]
        megabytes = "" if row["megabytes"] is None else str(row["megabytes"])
        cells += [f"{row['size']:,} {row['unit']}", f"{row['seconds']:.1f}", megabytes]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([RANKED, "|---:|---|---|---|---:|---:|---:|---:|", *lines])


def both_sides(pseudo: Mapping[str, dict]) -> str:
    """One line a model, in no order of merit; a dash where a model sees one side only."""
    lines = []
    for name, row in pseudo.items():
        seen = row["pseudo_bits_per_byte"]
        cells = [f"`{name}`", row["chapter"], row["tokens"], f"{row['seconds']:.1f}"]
        cells += ["–" if seen is None else f"{seen:.3f}", f"{row['bits_per_byte']:.3f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([PSEUDO, "|---|---|---|---:|---:|---:|", *lines])


def passes(row: Mapping, rows: Mapping[str, dict]) -> float:
    """How often a row read the training text on average."""
    return row["n_tokens"] / rows[ONCE[row["tokens"]]]["n_tokens"]


def _values(rows: Mapping[str, dict]) -> dict[str, str]:
    gpt, llama, xlnet = rows[GPT], rows[LLAMA], rows[XLNET]

    def behind(better: str, worse: str) -> str:
        return f"{rows[worse]['bits_per_byte'] - rows[better]['bits_per_byte']:.2f}"

    return {
        "RANKING": ranking(rows),
        "YEARS": years(rows),
        "ALT": alt(rows),
        "PASSES": f"{passes(llama, rows):.1f}",
        "GPT PASSES": f"{passes(gpt, rows):.1f}",
        "GPT MINUTES": f"{gpt['seconds'] / 60:.0f}",
        "GPT SIZE": f"{gpt['size'] / llama['size']:.1f}",
        "GPT SECONDS": f"{gpt['seconds'] / llama['seconds']:.1f}",
        "BEHIND LLAMA": behind(LLAMA, GPT),
        "BEHIND BEST": behind(BEST, GPT),
        "AHEAD OF SMALL": behind(GPT, SMALL),
        "GRU": f"{rows[GRU]['bits_per_byte']:.3f}",
        "XLNET MINUTES": f"{xlnet['seconds'] / 60:.0f}",
        "XLNET TOKENS": f"{xlnet['n_tokens']:,}",
    }


def _pseudo_values(pseudo: Mapping[str, dict]) -> dict[str, str]:
    gpt, xlnet = pseudo["gpt-tiny"], pseudo["xlnet-tiny"]
    return {
        "BOTH SIDES": both_sides(pseudo),
        "SPEECHES": f"{gpt['n_speeches']:,}",
        "BYTES": f"{gpt['n_bytes']:,}",
        "XLNET BOTH": f"{xlnet['pseudo_bits_per_byte']:.2f}",
        "XLNET LEFT": f"{xlnet['bits_per_byte']:.2f}",
        "GPT LEFT": f"{gpt['bits_per_byte']:.2f}",
        "MASKED": MASKED if any(row["masked"] for row in pseudo.values()) else "",
        "LOSSY": "" if all(row["keeps_text"] for row in pseudo.values()) else LOSSY,
    }


def _check_claims(rows: Mapping[str, dict], pseudo: Mapping[str, dict]) -> None:
    """The prose says who is ahead of whom: numbers that differ need other words."""
    bits = {name: row["bits_per_byte"] for name, row in rows.items()}
    xlnet, gpt = pseudo["xlnet-tiny"], pseudo["gpt-tiny"]
    samples = {(row["n_speeches"], row["n_bytes"]) for row in pseudo.values()}
    claims = {
        "the 5-gram is the best": min(bits, key=lambda name: bits[name]) == BEST,
        "Llama's form is ahead of GPT": bits[LLAMA] < bits[GPT],
        "GPT is ahead of GPT-2's small form": bits[GPT] < bits[SMALL],
        "the GRU is ahead of GPT": bits[GRU] < bits[GPT],
        "the Transformers are ahead of the older networks": bits[GPT] < min(bits[n] for n in OLDER),
        "networks take over a hundred times as long": min(rows[n]["seconds"] for n in OLDER)
        > 100 * rows[BEST]["seconds"],
        "XLNet's pseudo value is the lowest of the three": xlnet["pseudo_bits_per_byte"]
        < gpt["bits_per_byte"]
        < xlnet["bits_per_byte"],
        "all models were scored on one sample": len(samples) == 1,
    }
    for claim, holds in claims.items():
        if not holds:
            raise ValueError(f"the page says that {claim}; the stored numbers do not")


TOP = """# Leaderboard

Every model of the book on one text and in one unit. A row is trained on the 32 training plays and
scored once on three plays it has not seen: *Julius Caesar*, *Much Ado About Nothing* and *The
Tempest*. The vocabularies, $k$ and $D$ were chosen on the three validation plays.

<<RANKING>>

**Bits per byte** are the bits that the model needs for all speeches, their ends included, divided
by the bytes of the speeches in UTF-8. A model enters only if its tokens can spell every text and
give it back unchanged; a model over words with `<unk>` cannot, as it never says which word was
unknown. Fewer bits are better; {doc}`01-what-is-a-language-model` derives the unit.

**Size** is what the model stores: n-grams, or parameters. **Training** is CPU time on one thread,
from text to model, the tokenizer's training included. **Memory** is what training needed at its
peak beyond the program and the text. Both depend on the machine; the bits do not.

The networks come from the package's zoo. Those of chapters 6 to 12 are small models of about 1.2
million parameters, trained by the recipes in `lmbook/zoo/recipes` for six to nine minutes on one
thread of a busy machine. Their training time is the one on their card, and their memory was not
measured. They see each token <<PASSES>> times on average, and their scores on the validation plays
were still falling at the last step. The recipes' learning rates were not tuned, except that for
GPT-2's form 0.002 was taken because 0.004 had done worse in a trial of 100 steps; Llama's form took
the same.

The two small Transformers differ in their norms, their feed-forward layers, their biases and their
positions: GPT-2's form adds a learned vector for each position, Llama's turns queries and keys by
angles that are not learned. All else in their recipes is equal. One run of each cannot say which
difference made the gap in their scores. The size of the first weights did not: with
`init_std = 0.083`, which is 1/√144, in place of GPT-2's 0.02 the same run ended at 2.313 bits per
byte on the validation plays, and with 0.02 at 2.324.

The GPT of {doc}`15-causal-pretraining-gpt` is GPT-2's form again, with more of everything than
Llama's form had: <<GPT SIZE>> times the parameters, <<GPT PASSES>> passes over the plays instead of
<<PASSES>>, and <<GPT SECONDS>> times the seconds, <<GPT MINUTES>> minutes. It is <<AHEAD OF SMALL>>
bits per byte ahead of the smaller GPT-2's form, and <<BEHIND LLAMA>> behind Llama's form, which has
about half its parameters. The runs differ in more than form and size. Llama's form learned with
dropout and from single speeches, as they are scored; GPT learned without dropout and from windows
of 256 tokens that run over the ends of speeches. Its vocabulary is twice as large. Again one run of
each cannot say what made the gap.

XLNet learns to predict a token from any of the others, in orders drawn at random. The order of the
text is one of them, and a chain of predictions in one order is a true probability, so XLNet has a
row. In <<XLNET MINUTES>> minutes it learned from <<XLNET TOKENS>> predictions, because it predicts
only the last tokens of each order, and hardly one of those orders was that of the text."""

YEARS = """## Seventy years on one axis

Each method stands at the height of its year. To the right of it are its bits per byte on the test
plays and the seconds of its training. Circles are models that count, squares are networks. How far
to the left do the marks move as the years go down?

![<<ALT>>](leaderboard-years.svg)

<<YEARS>>

One step goes far to the left, from the bigram to the mixture of Jelinek and Mercer. After it the
marks hardly move. The best is the method of 1995, after a few seconds. The networks take more than
a hundred times as long and need more bits; the two Transformers are ahead of the three older
networks. A GRU, of 2014 {cite}`cho2014`, reaches <<GRU>>, which is ahead of GPT and far from its
close relative, the LSTM. So these are marks of single runs on four megabytes of text, not of the
methods' limits. Counts learn what they can in one pass, and the networks' losses were still falling
when their minutes ended.

**Year** is that of the source, an early paper on the method as a language model. Some rows have
details from elsewhere. The bigram's symbols are bytes, those of {cite:t}`shannon1951` are letters,
and one is added to its counts so that no pair is impossible. Kneser–Ney is the modified form of
{cite:t}`chen1999`. The cell of the LSTM is older than its use for language {cite}`hochreiter1997`.
GPT has the order of layers of GPT-2 {cite}`radford2019`. **Tokens** are those that the model was
trained to predict, each counted as often as it was. A token of the bigram is a byte; the others are
pieces of vocabularies of 1,024 or 2,048."""

BOTH_SIDES = """## Pseudo-likelihood: models that see both sides

A masked model predicts a hidden token from all the others, on both sides. So does XLNet with that
token last in the order. Hide each token of a text in turn, and add up the log-probabilities: the
sum is the **pseudo-log-likelihood** of the text {cite}`salazar2020`. The column that bears its name
has it in bits per byte. The last column has the same models, and GPT for scale, where they see the
tokens to the left alone.

<<BOTH SIDES>>

The pseudo-likelihood is no likelihood. Over all texts its values do not in general sum to one, and
nobody could read a text back that is stored in so many bits: each token is priced as if all others
were already known. So it has no rank among the models above, and no value of it says that a model
is better than one in the column beside it. XLNet's <<XLNET BOTH>> is below GPT's <<GPT LEFT>>, and
from the left alone the same XLNet needs <<XLNET LEFT>>. Nor do its values compare across
tokenizers: the pieces of one word give each other away, and the more pieces there are, the more is
given away.

The right column is a true likelihood, chained from left to right.<<MASKED>>

Both columns hold bits per byte of the same <<SPEECHES>> test speeches with <<BYTES>> bytes: those
that have at most 60, so that each fits into the 32 positions of the smallest model. The ends are
not scored either: they are in sight, and a masked model never learns to predict them. So the right
column differs from the first table.<<LOSSY>>"""

MASKED = """ For a masked model everything to the right is out of sight, which its training never
showed it."""

LOSSY = """ WordPiece does not give capitals, lines and spaces back, so it has less to predict."""

END = """The page is generated: `make leaderboard` trains every row again and writes the tables and
the figure. A compressor is no model of the book; it stands there for comparison. It reads the
training plays first and is charged for the test plays only.
"""
