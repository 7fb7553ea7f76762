"""What `./ruang doctor` looks at. Each finding says what is, and what to do when it is not as it should be."""
