"""For tests that look at pages: Chromium, and a server of one folder."""

from tools.site.chromium import PROGRAM, chromium, served

__all__ = ["PROGRAM", "chromium", "served"]
