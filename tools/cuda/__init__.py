"""The chapters on a machine with an NVIDIA GPU: what fails, how long it takes, what it needs.

__main__.py  several chapters at a time within a time budget, one report for all
chapter.py   one chapter in a kernel, cell by cell
"""
