"""Volunteers: teams, enrolment, shifts, hours."""
