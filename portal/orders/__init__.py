"""The service menu, and orders from 点单 to 评单."""
