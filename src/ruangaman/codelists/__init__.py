"""The words that can be chosen: lists of codes as data, each version with its source and from when on."""
