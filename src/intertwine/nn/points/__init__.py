"""Layers on points in space: edges, harmonics, radial functions and messages, fused into one operation."""
