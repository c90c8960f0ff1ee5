"""Schematic drawings: inline SVG that follows the page, made of a few shared parts.

``canvas``         ``Canvas`` and ``Drawing``: boxes, words and lines, and how they are shown
``parts``          arrow, residual stream, attention, tensor, cells, stack, mask grid, loop
``theme``          the colours and what they mean
``lettering``      markup of labels, and their widths
"""
