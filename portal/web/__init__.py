"""What only HTTP needs; knows no feature."""
