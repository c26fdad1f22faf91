"""Kiosks: the boards on the walls, the screens people touch, and who looks after them."""
