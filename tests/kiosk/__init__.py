"""Kiosks: the screens on the walls, and who looks after them."""
