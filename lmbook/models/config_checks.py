"""What the configurations of the Transformers check, and how they say it."""

from collections.abc import Collection


def check_sizes(config: object, *names: str) -> None:
    """Raise ``ValueError`` naming a field that is below 1."""
    for name in names:
        if (value := getattr(config, name)) < 1:
            raise ValueError(f"{name}={value} is below 1")


def check_rates(config: object, *names: str) -> None:
    """Raise ``ValueError`` naming a rate of dropout that is not at least 0 and below 1."""
    for name in names:
        if not 0 <= (value := getattr(config, name)) < 1:
            raise ValueError(f"{name}={value} is not at least 0 and below 1")


def check_choice(config: object, name: str, known: Collection[str]) -> None:
    """Raise ``ValueError`` if the field is none of the ``known`` names."""
    if (value := getattr(config, name)) not in known:
        raise ValueError(f"{name}={value!r} is not one of {', '.join(known)}")


def check_special_ids(config: object, *names: str) -> None:
    """Raise ``ValueError`` naming a field that is no id of the vocabulary."""
    vocab_size = getattr(config, "vocab_size")  # noqa: B009 - any configuration has one
    for name in names:
        if not 0 <= (value := getattr(config, name)) < vocab_size:
            raise ValueError(f"{name}={value} is not below vocab_size={vocab_size}")
