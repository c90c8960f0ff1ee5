"""Kernels that start fast, for the runs over all notebooks.

server.py  imports what nearly every notebook imports, once, and forks a kernel for each
client.py  the program that Jupyter starts in place of a kernel: it asks the server for one
"""
