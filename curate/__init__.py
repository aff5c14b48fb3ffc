"""Recurate: piles of photos in, reviewed training data for object insertion and removal out."""

__version__ = "0.1.0"
