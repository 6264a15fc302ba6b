"""Reading a foreign file in a process apart, and what may come back."""
