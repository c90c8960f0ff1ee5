"""Other toolkits beside the book: an environment each, one task for all, weights carried across.

environments.py  what each toolkit needs, and how its environment is made (``make toolkits``)
launch.py        programs of a toolkit, run in its environment
task.py          the common tasks: dates, and the strings of a program's interface
hands.py         one launcher a toolkit: files, training, translations
compare.py       the comparison, recorded (``python -m tools.toolkits.compare``)
parity.py        weights across, recorded (``python -m tools.toolkits.parity``)
inside/          scripts that run in a toolkit's environment and import nothing of the book
"""
