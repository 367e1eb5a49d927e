"""Layers on grids: convolutions of fields, their nonlinearities, norms, pooling and anti-aliasing."""
