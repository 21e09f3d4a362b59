"""What the web edition adds to Sphinx: each module makes one kind of thing a page holds."""
