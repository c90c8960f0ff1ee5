"""Exercises: building student notebooks and autograders, and grading submissions.

``build``        what students and the autograder get, made with Otter from the master notebooks
``solutions``    solved notebooks for instructors, and what the tests know of each question
``wrong_answers``  the wrong answers that the tests know, read from their lists
``submissions``  which files of a folder are submissions, and whose
``batch``        grades them all, side by side, into a CSV and pages
``evaluate``     grades one, in a process of its own
``evaluation``   runs cells and tests: the tests here, the cells in the sandbox
``remote``       the submission's functions as this side sees them
``sandbox``      the walls around a submission
``inside``       what runs within the walls
``pages``        the page that a student gets
"""
