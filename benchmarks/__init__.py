"""Benchmarks: each measures us and a peer, or us and a promise, and prints the figure beside the target."""
