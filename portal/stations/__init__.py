"""The network: its stations, their rooms and opening hours, the clusters they form."""
