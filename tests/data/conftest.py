"""The real corpus, downloaded once a session into a cache of its own."""

import pytest

from lmbook.data.sets.corpora import Corpus, load_corpus


@pytest.fixture(scope="session")
def plays(tmp_path_factory) -> Corpus:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LMBOOK_HOME", str(tmp_path_factory.mktemp("lmbook")))
        patch.delenv("LMBOOK_OFFLINE", raising=False)
        return load_corpus("plays")
