"""Mutants: the vault and the policies are changed in one small place after another, and a test has to notice.

A runner of our own, because of what was tried on 2026-11-24 on these tests. `cosmic-ray` 8.7 starts pytest anew for
each change and runs every test: ten minutes, some thousand times. `mutmut` 3.8 forks and chooses tests, and did 478
changes of `vault/layout.py` in two minutes; but it ends PostgreSQL after its first pass, its children share one test
database, and it changes nothing that runs at import. What counts most here: neither of the two takes a whole statement
away, a keyword of a filter or one part of `a and b`. A check that is gone is just what a hole looks like.
"""
