"""The long runs: what is promised about durability, tried for as long as it takes, with a recorded result."""
