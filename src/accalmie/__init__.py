"""Accalmie: the crisis room for brands on social media."""

__version__ = "0.1.0"
