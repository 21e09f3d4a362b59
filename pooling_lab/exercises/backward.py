"""Exercises about gradients (lesson 09)."""
