"""Sphinx's configuration of the web edition. `make site` writes its sources first: build.py."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from builder import mathml  # noqa: E402

project = "Pooling layers"
author = "The pooling_lab founders"
copyright = "the pooling_lab founders: code MIT, prose CC BY 4.0"
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc", "builder.sphinx_parts"]
templates_path = [str(HERE / "templates")]
html_context = {"default_mode": "auto"}
html_static_path = [str(HERE / "static")]
html_theme = "pydata_sphinx_theme"
html_favicon = "static/favicon.svg"
html_title = "Pooling layers"
html_css_files = ["course.css", "../explorer.css"]
html_js_files = [("course.js", {"type": "module"}), ("../explorer.js", {"type": "module"})]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navbar_start": ["navbar-logo"],
    "navbar_center": [],
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-box"],
    "article_header_start": [],
    "disable_search": True,
    "secondary_sidebar_items": ["page-toc", "take-it-home"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": True,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "back_to_top_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {"**": ["sidebar-nav-bs"]}

nb_execution_mode = "off"
nb_merge_streams = True
nb_render_markdown_format = "gfm"  # tables, in outputs too
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "linkify"]
myst_linkify_fuzzy_links = False
myst_heading_anchors = 4
html_math_renderer = mathml.NAME
autodoc_typehints = "none"
autodoc_preserve_defaults = True
add_module_names = False
default_role = "py:obj"  # a docstring's `max_pool2d` leads to its page
numpydoc_show_class_members = False
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type"]
nitpicky = False
html_extra_path = [str(HERE / "_build" / "source" / "extra")]
exclude_patterns = ["extra"]
