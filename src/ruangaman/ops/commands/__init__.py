"""The commands that `./ruang` knows, one file each."""
