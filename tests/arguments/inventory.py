"""Every public callable that takes ids, tokens, texts, logits or labels, and those left out."""

import dataclasses
import importlib
import inspect
import pkgutil
import re

import lmbook

MEANINGS = {
    *("ids", "prefix_ids", "context_ids", "token_id", "tokens", "text", "texts"),
    *("logits", "labels"),
    *("targets", "predictions", "prompt", "prompts", "prefix", "ngram", "context", "source"),
    *("target_inputs", "inputs", "passages", "sequences", "held_out", "documents"),
    *("word", "words"),
    *("typed", "intended", "pretoken", "pieces"),
}

LEFT_OUT = {
    r"arguments\..*": "the checks themselves: tested by every other entry",
    r"adapt\.(targets|nf4)\..*": "names of layers: see tests/adapt",
    r"adapt\.prompts\.PromptEmbedding.*": "made by add_prompt, which checks",
    r"viz\..*": "figures take what a chapter has just computed; their own tests hold their errors",
    r"grading\..*": "takes a notebook's names, not texts or ids",
    r"models\.(causal_lm|two_stream_lm)\.\w+\.forward": "overridden by every family",
    r"models\.causal_transformer\.CausalTransformer\.hidden": "overridden by every family",
    r"models\.causal_transformer\.CausalTransformer\.places|models\.places\..*": "under hidden",
    r"compression\.export\.export_onnx": "writes a file: see tests/compression",
    r"decoding\.steps\.as_prompts": "the check that generate makes",
    r".*\.Block\..*|.*Block\.forward|.*\.(En|De)coder\.forward": "inner layers",
    r"decoding\..*Steps.*": "made and fed by the searches, which check what they are given",
    r"decoding\.sources\.start_source_steps": "called by beam_search_source, which checks",
    r"models\.heads\..*logits": "the hidden states of its own encoder",
    r"models\.(hf|toolkits|xlnet_inputs|storage|config_checks)\..*": "weights and settings",
    r"nn\.(relative_attention|recurrent|attention)\..*": "activations, not ids",
    r"ngram\.arpa_reading\..*": "lines of a file that read_arpa has opened",
    r"ngram\.jelinek_mercer\.jelinek_mercer_weights": "the first step of jelinek_mercer",
    r"ngram\.(ids|hashing|letters)\..*": "checks and tables under the counts",
    r"ngram\.index\.NgramIndex\.(find|words|contexts|check_ids|ranks_along)": "see test_ids.py",
    r"metrics\.checks\..*": "checks: tested by the measures",
    r"tokenizers\.unigram_(lattice|training|encoding|checks)\..*": "steps of UnigramTokenizer",
    r"tokenizers\.bpe_(encoding|training)\..*": "steps of BPETokenizer",
    r"tokenizers\.special\..*": "under the tokenizers, which check the text",
    r"tokenizers\.wordpiece\.longest_pieces": "the step of encode_word",
    r"tokenizers\.published_.*": "made by from_published, which checks",
    r"training\.(loop|run|checkpoint|feed|distributed|settings|jobs)\..*": "batches are the loss's",
    r"training\.pretraining\.(masked|permuted|framed)_.*": "recipes",
    r"data\.batches\.token_(index|windows)\..*": "folders and files, checked when they are opened",
    r"data\.sets\.messages\..*|data\.sources\..*": "packages and files, not texts",
    r"tasks\.answer\.span_logits": "the encoder checks ids",
    r"tasks\.classify\.classification_loss": "the loss of a training step: as the objectives'",
    r"data\.sets\.tagging\.(parted|read_conllu)": "under the loaders",
    r"tasks\.tag_counts\.MostFrequentTag": "made by its train",
    r"tasks\.tag_(encoder|features)\.\w+Scores\.forward": "fed by a reader, which checks",
    r"tasks\.tag_features\.\w+_features": "called by FeatureReader, which checks the words",
    r"multimodal\.contrastive\.TwoTowers.*": "its towers check pictures and texts",
    r"zoo\.(cards|pretrained|checkpoints)\..*": "files of the package and folders",
}


def takes_meaning(call) -> bool:
    """Whether one of its arguments has a name that means texts, ids, logits or labels."""
    try:
        names = inspect.signature(call).parameters
    except (TypeError, ValueError):
        return False
    return not MEANINGS.isdisjoint(names)


def public_names() -> list[str]:
    """The dotted names, without ``lmbook.``, of all of them."""
    found = []
    for info in pkgutil.walk_packages(lmbook.__path__, "lmbook."):
        if any(part.startswith("_") for part in info.name.split(".")):
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", None) != info.name:
                continue
            found += [f"{info.name[7:]}.{path}" for path in _paths(name, value)]
    return sorted(found)


def _paths(name, value):
    if inspect.isfunction(value):
        return [name] if takes_meaning(value) else []
    if not inspect.isclass(value) or getattr(value, "_is_protocol", False):
        return []
    record = dataclasses.is_dataclass(value) or hasattr(value, "_fields")
    paths = [name] if takes_meaning(value) and not record else []
    for attribute, member in vars(value).items():
        member = getattr(member, "__func__", member)
        if not attribute.startswith("_") and inspect.isfunction(member) and takes_meaning(member):
            paths.append(f"{name}.{attribute}")
    return paths


def missing(names) -> list[str]:
    """The callables that are neither in a table nor left out with a reason."""
    tried = {re.sub(" of .*", "", name) for name in names}
    return [
        name
        for name in public_names()
        if name not in tried and not any(re.fullmatch(pattern, name) for pattern in LEFT_OUT)
    ]
