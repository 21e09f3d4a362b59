"""Links to where a lesson runs with a kernel: those that launch.toml configures, no others."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class Link(NamedTuple):
    """A link as the template shows it."""

    text: str
    address: str


def links(configuration: dict[str, dict[str, str]], notebook: str) -> list[Link]:
    """Return the links for one notebook.

    Parameters
    ----------
    configuration
        What launch.toml says.
    notebook
        The notebook's name, ``"02_output_size.ipynb"``.

    Examples
    --------
    >>> links({"repository": {"url": ""}}, "02_output_size.ipynb")
    []
    """
    repository = configuration.get("repository", {}).get("url", "").removesuffix(".git").rstrip("/")
    branch = configuration.get("repository", {}).get("branch", "main")
    if not repository:
        return []
    owner_and_name = "/".join(repository.split("/")[-2:])
    path = f"notebooks/{notebook}"
    found = []
    if binder := _url(configuration, "binder"):
        query = urlencode({"labpath": path})
        found.append(
            Link("Open on Binder", f"{binder}/v2/gh/{owner_and_name}/{quote(branch)}?{query}")
        )
    if colab := _url(configuration, "colab"):
        own = quote(configuration["colab"].get("branch", branch))
        found.append(
            Link("Open in Colab", f"{colab}/github/{owner_and_name}/blob/{own}/{quote(path)}")
        )
    if hub := _url(configuration, "hub"):
        name = repository.rpartition("/")[2]
        query = urlencode(
            {"repo": repository, "branch": branch, "urlpath": f"lab/tree/{name}/{path}"}
        )
        found.append(Link("Open on the hub", f"{hub}/hub/user-redirect/git-pull?{query}"))
    return found


def _url(configuration: dict[str, dict[str, str]], where: str) -> str:
    return configuration.get(where, {}).get("url", "").rstrip("/")


def setup(app: Sphinx, configured: Path) -> None:
    """Give every lesson's page its links and the address of its notebook."""
    configuration = tomllib.loads(configured.read_text("utf-8"))

    def add(
        app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
    ) -> None:
        folder, _, name = page.rpartition("/")
        if folder == "lessons" and name != "index":
            context["notebook_address"] = f"../notebooks/{name}.ipynb"
            context["launch_links"] = links(configuration, f"{name}.ipynb")

    app.connect("html-page-context", add)
