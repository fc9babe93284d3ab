"""Looking at files that others made, and making versions of them, in a process apart with limits of its own."""
