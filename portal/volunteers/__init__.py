"""Volunteers: organisations, teams, shifts, check-in, hours."""
