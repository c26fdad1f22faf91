"""Seats and the queue for them: who comes, who waits, who came."""
