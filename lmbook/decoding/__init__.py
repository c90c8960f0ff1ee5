"""From next-token distributions to text.

sampling.py  draw one token after the other
"""
