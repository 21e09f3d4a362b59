"""pooling_lab: see README."""
