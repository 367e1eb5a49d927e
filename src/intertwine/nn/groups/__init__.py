"""Convolution over a group itself, finite or compact, and functions on it."""
