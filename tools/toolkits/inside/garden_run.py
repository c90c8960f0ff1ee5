"""Model Garden's encoder–decoder on a common task: ``python garden_run.py train``, ``translate``.

Model Garden gives the layers, the model and a beam search; the vocabulary, the batches, the loss
and the loop are written here. The pad is 0, which is the decoder's start, too; ``</s>`` is 1.
"""

import json
import os
import random
import sys
from pathlib import Path

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import tensorflow as tf
import tf_keras
from official.nlp.modeling.models import seq2seq_transformer as garden

SPECIAL = ("<pad>", "</s>")


def read(name):
    """The tokens of each line of a file."""
    return [line.split() for line in Path(name).read_text(encoding="utf-8").splitlines()]


def vocabulary():
    """The special tokens, then every token of the training part, in alphabetical order."""
    lines = read("train.src") + read("train.tgt")
    return [*SPECIAL, *sorted({token for line in lines for token in line})]


def ids(lines, words):
    """Ids with ``</s>`` at the end; an unknown token counts as padding."""
    index = {word: i for i, word in enumerate(words)}
    return [[*(index.get(token, 0) for token in line), 1] for line in lines]


def padded(rows):
    """A matrix of rows, filled with zeros."""
    return tf_keras.utils.pad_sequences(rows, padding="post")


def build(task, n_words):
    """The model of the task's sizes; it normalises before each layer."""
    sizes = {
        "num_layers": task["n_layers"],
        "num_attention_heads": task["n_heads"],
        "intermediate_size": task["d_ff"],
        "dropout_rate": task["dropout"],
    }
    return garden.Seq2SeqTransformer(
        vocab_size=n_words,
        embedding_width=task["d_model"],
        dropout_rate=task["dropout"],
        decode_max_length=task["longest"],
        beam_size=1,
        encoder_layer=garden.TransformerEncoder(**sizes),
        decoder_layer=garden.TransformerDecoder(**sizes),
    )


class InverseSquareRoot(tf_keras.optimizers.schedules.LearningRateSchedule):
    """A linear warm-up to ``highest``, then a fall with the square root of the step."""

    def __init__(self, highest, warmup):
        self.highest, self.warmup = highest, warmup

    def __call__(self, step):
        step = tf.cast(step, tf.float32) + 1
        return self.highest * tf.minimum(step / self.warmup, (self.warmup / step) ** 0.5)


def train(task, model, words):
    """As many updates as the task says, on sentences in random order."""
    sources, targets = ids(read("train.src"), words), ids(read("train.tgt"), words)
    rate = InverseSquareRoot(task["lr"], task["warmup"])
    optimizer = tf_keras.optimizers.Adam(rate, beta_1=0.9, beta_2=0.98)
    shape = tf.TensorSpec([None, None], tf.int32)

    @tf.function(input_signature=[shape, shape])  # else each new length is compiled anew
    def step(source, target):
        with tf.GradientTape() as tape:
            logits = model({"inputs": source, "targets": target}, training=True)
            each = tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)
            real = tf.cast(target != 0, tf.float32)
            loss = tf.reduce_sum(each * real) / tf.reduce_sum(real)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    order, size = [], task["batch_size"]
    for _ in range(task["n_updates"]):
        if len(order) < size:
            order = random.sample(range(len(sources)), len(sources))
        rows, order = order[:size], order[size:]
        step(padded([sources[i] for i in rows]), padded([targets[i] for i in rows]))


def main(task):
    """Train and save, or load and translate the test part."""
    random.seed(task["seed"])
    tf.random.set_seed(task["seed"])
    words = vocabulary()
    model = build(task, len(words))
    one = tf.ones([1, 1], tf.int32)
    model({"inputs": one, "targets": one})  # makes the weights
    if sys.argv[1] == "train":
        train(task, model, words)
        model.save_weights("weights.h5")
        return
    model.load_weights("weights.h5")
    lines, rows = [], ids(read("test.src"), words)
    for i in range(0, len(rows), task["batch_size"]):
        found = model({"inputs": padded(rows[i : i + task["batch_size"]])})["outputs"].numpy()
        lines += [" ".join(words[j] for j in row if j >= len(SPECIAL)) for row in found.tolist()]
    Path("out.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(json.loads(Path("task.json").read_text(encoding="utf-8")))
