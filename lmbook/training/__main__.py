"""Train what a recipe says: ``python -m lmbook.training recipe.toml --output folder``.

In two processes: ``torchrun --nproc-per-node 2 -m lmbook.training recipe.toml --output folder``.
"""

import argparse
import sys
from collections.abc import Sequence

from lmbook.data.sources.packages import DataError
from lmbook.device import pick_device
from lmbook.training.distributed import joined, local_device
from lmbook.training.from_recipe import train_recipe
from lmbook.training.recipe import read_recipe


def main(arguments: Sequence[str] | None = None) -> int:
    """Train a recipe on the fastest device; returns 0, or 1 after an error, told in one line."""
    parser = argparse.ArgumentParser(
        prog="python -m lmbook.training", description="Train what a recipe says."
    )
    parser.add_argument("recipe", help="a TOML file, as those in lmbook/zoo/recipes")
    parser.add_argument("--output", required=True, help="folder for the trained model")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--quiet", action="store_true", help="show no progress bar")
    options = parser.parse_args(arguments)
    try:
        recipe, device = read_recipe(options.recipe), local_device(pick_device())
        with joined(recipe.training.parallel, device) as processes:
            outcome = train_recipe(
                recipe,
                options.output,
                device=device,
                processes=processes,
                resume=options.resume,
                progress=not options.quiet,
            )
    except (ValueError, DataError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    if not processes.is_main:
        return 0
    history = outcome.history
    sys.stdout.write(
        f"{options.output}: {outcome.n_parameters:,} parameters, {len(history.losses):,} steps, "
        f"{history.tokens_per_second:,.0f} tokens a second on {device.type}, "
        + ", ".join(f"{k.replace('_', ' ')} {v:.4f}" for k, v in outcome.figures.items())
        + " on the held-out text\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
