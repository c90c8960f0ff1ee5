"""Model cards: what a folder holds, for people, in the form that Hugging Face shows.

The numbers are those of ``card.json``; nothing is written here that was not put there.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

_KINDS = {
    "GPT2LMHeadModel": ("A causal Transformer in GPT-2's form.", "text-generation"),
    "BertForMaskedLM": ("A BERT with its head for masked tokens.", "fill-mask"),
    "BertForPreTraining": (
        "A BERT with both heads of its pre-training: masked tokens, and the next sentence.",
        "fill-mask",
    ),
    "RobertaForMaskedLM": ("A RoBERTa with its head for masked tokens.", "fill-mask"),
    "XLNetLMHeadModel": ("An XLNet, trained on permuted orders of its tokens.", None),
}
_AUTO_CLASSES = {
    "GPT2LMHeadModel": "AutoModelForCausalLM",
    "BertForMaskedLM": "AutoModelForMaskedLM",
    "RobertaForMaskedLM": "AutoModelForMaskedLM",
}
_ELSEWHERE = ("name", "published", "limits", "band")  # of a recipe, but no setting of the run
_MEASURED = "Measured on the held-out part of the corpus, with the weights rounded to float16."
_FIRST = "It was made for a book, to be small: about {millions:.1f} million parameters."


def model_card(facts: Mapping[str, Any], architecture: str) -> str:
    """The text of ``README.md`` for a model whose class in transformers is ``architecture``.

    ``facts`` are those of ``card.json``. ``name`` must be there. ``summary``, ``measured`` (how
    the numbers came about), ``band`` (what a second run may give) and ``limits`` are texts;
    ``corpus``, ``recipe`` and ``validation`` are tables. What is absent is left out.

    Raises ``ValueError`` if there is no name.
    """
    if not facts.get("name"):
        raise ValueError("facts['name'] is missing: a model card needs a title")
    what, task = _KINDS.get(architecture, (f"A {architecture}.", None))
    first = [str(facts.get("summary") or what)]
    if "n_parameters" in facts:
        first.append(_FIRST.format(millions=facts["n_parameters"] / 1e6))
    sections = [
        ("Data", _data(facts)),
        ("Training", _training(facts)),
        ("Result", _result(facts)),
        ("A second run", str(facts.get("band") or "")),
        ("Limits", str(facts.get("limits") or "")),
        ("How to load it", _loading(str(facts["name"]), architecture)),
    ]
    body = [f"# {facts['name']}", " ".join(first)]
    body += [f"## {title}\n\n{text}" for title, text in sections if text]
    return _front_matter(task) + "\n\n".join(body) + "\n"


def _front_matter(task: str | None) -> str:
    lines = ["language: en", "license: apache-2.0", "library_name: transformers"]
    if task:
        lines.append(f"pipeline_tag: {task}")
    return "\n".join(["---", *lines, "---", "", ""])


def _data(facts: Mapping[str, Any]) -> str:
    corpus = facts.get("corpus", {})
    rows = [(name, corpus.get(name)) for name in ("name", "source", "licence", "sha256")]
    return _table([(name, value) for name, value in rows if value is not None])


def _training(facts: Mapping[str, Any]) -> str:
    recipe = facts.get("recipe", {})
    settings = [(name, value) for name, value in recipe.items() if not isinstance(value, Mapping)]
    for part in ("config", "training"):
        settings += list(recipe.get(part, {}).items())
    said = ("name", "published", "limits", "band")
    rows = [(name, value) for name, value in settings if value is not None and name not in said]
    rows += [(name, facts[name]) for name in ("n_steps", "n_tokens", "seconds") if name in facts]
    seen = dict(rows)  # a number that stands in both places is written once
    return _table(list(seen.items()))


def _result(facts: Mapping[str, Any]) -> str:
    validation = facts.get("validation", {})
    parts = [
        _table([(name, _rounded(value)) for name, value in validation.items()]),
        str(facts.get("measured") or (_MEASURED if validation else "")),
    ]
    return "\n\n".join(part for part in parts if part)


def _loading(name: str, architecture: str) -> str:
    load = _AUTO_CLASSES.get(architecture, architecture)
    return f"""With the book's package, or from this folder with transformers alone:

```python
from lmbook.zoo import checkpoints

model, tokenizer = checkpoints.load({json.dumps(name)})
```

```python
from transformers import AutoTokenizer, {load}

tokenizer = AutoTokenizer.from_pretrained(folder)
model = {load}.from_pretrained(folder)
```

The weights are stored in float16 and loaded as float32. `card.json` holds the size and the
SHA-256 of every file."""


def _table(rows: Sequence[tuple[str, object]]) -> str:
    if not rows:
        return ""
    lines = [f"| {name.replace('_', ' ')} | {_cell(value)} |" for name, value in rows]
    return "\n".join(["| | |", "|---|---|", *lines])


def _cell(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace("|", "\\|").replace("\n", " ")


def _rounded(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value
