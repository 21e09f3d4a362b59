"""Exercises about whole networks: sizes, weights, operations, receptive fields, experiments."""
