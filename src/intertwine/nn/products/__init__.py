"""Products of representations: couplings by Clebsch-Gordan, and the layers that multiply features."""
