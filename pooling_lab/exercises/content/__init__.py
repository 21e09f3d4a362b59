"""The exercises, one module per theme; importing a module adds its exercises."""
