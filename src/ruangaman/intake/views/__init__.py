"""What an address of intake answers."""
