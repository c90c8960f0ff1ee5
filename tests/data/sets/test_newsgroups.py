from lmbook.data.sets.newsgroups import load_newsgroups


def test_the_parts_hold_twenty_groups_and_share_no_text():
    task = load_newsgroups()
    assert [len(part) for part in (task.train, task.validation, task.test)] == [10145, 1128, 7514]
    assert len(task.labels) == 20 and task.labels[0] == "alt.atheism"
    texts = [e.text for part in (task.train, task.validation, task.test) for e in part]
    assert len(texts) == len(set(texts))
    for part in (task.train, task.validation, task.test):
        assert {example.label for example in part} == set(task.labels)
        assert all(e.text and e.text == " ".join(e.text.split()) for e in part)
    assert repr(task).startswith("Task('newsgroups': 20 classes; train 10,145")
