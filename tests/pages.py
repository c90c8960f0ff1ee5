"""For tests that look at pages: Chromium, and a server of one folder."""

from tools.site.chromium import EXPLORERS, PROGRAM, chromium, served, settle

__all__ = ["EXPLORERS", "PROGRAM", "chromium", "served", "settle"]
