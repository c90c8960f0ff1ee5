from lmbook.data.sets.standfirsts import load_standfirsts


def test_articles_are_whole_and_their_standfirst_is_not_their_beginning():
    data = load_standfirsts()
    parts = (data.train, data.validation, data.test)
    assert [len(part) for part in parts] == SIZES
    texts = [article.text for part in parts for article in part]
    assert len(texts) == len(set(texts))
    for part in parts:
        for article in part:
            assert len(article.standfirst.split()) >= 8 and len(article.text.split()) <= 1_200
            assert not article.text.startswith(article.standfirst)
            assert '"?' not in article.text and "\ufffd" not in article.standfirst
    assert repr(data).startswith(f"Standfirsts(train {SIZES[0]:,}, validation")


SIZES = [1201, 190, 309]
