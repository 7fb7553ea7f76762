"""The rules of the clocks, for administrators."""
