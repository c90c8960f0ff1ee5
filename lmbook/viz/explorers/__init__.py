"""Interactive figures that also work in the static page, one ``.py`` and one ``.js`` each.

``ngram``  ``NgramExplorer``: the next-word counts after a context, order and temperature
"""
