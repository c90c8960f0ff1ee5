"""PDFs of every page and of the whole book, from the built pages: ``python -m tools.site.pdf``.

``contents``  which pages are printed, in which order, and which PDFs are out of date
``printing``  Chromium prints a built page; ``page.js`` prepares it in the browser
``marks``     page numbers, titles, and where links lead, in one PDF
``volume``    title page, table of contents and all chapters as one PDF
``offer``     links beside the built pages to the PDFs that exist
"""
