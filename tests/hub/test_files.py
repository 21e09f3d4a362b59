"""The files of hub/ that no test can run: what they name is there, and what they copy agrees."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from conftest import HUB
from jupyterhub.app import JupyterHub
from jupyterhub.auth import Authenticator
from jupyterhub.proxy import ConfigurableHTTPProxy
from jupyterhub.spawner import Spawner
from ltiauthenticator.lti13.auth import LTI13Authenticator
from oauthenticator.generic import GenericOAuthenticator
from people import PREFIX, Strange, courses, system_name
from servers import LimitedServer, PlainServer
from systemdspawner import SystemdSpawner
from traitlets.config import Config

CLASSES = {
    one.__name__: one
    for one in (
        *(JupyterHub, Authenticator, ConfigurableHTTPProxy, Spawner, SystemdSpawner),
        *(LTI13Authenticator, GenericOAuthenticator, LimitedServer, PlainServer),
    )
}


def loaded(path: Path) -> Config:
    """Return what a configuration sets, as it stands."""
    config = Config()
    # What a server has changed for itself stands in a file of its own, and is not judged here.
    given = {"get_config": lambda: config, "load_subconfig": lambda path: None, "__file__": path}
    exec(compile(path.read_text(), path, "exec"), given)
    return config


@pytest.fixture
def listed(server, monkeypatch):
    """The server's own lists are there, and what the examples ask the environment for."""
    monkeypatch.setitem(os.environ, "OAUTH_CLIENT_ID", "id")
    monkeypatch.setitem(os.environ, "OAUTH_CLIENT_SECRET", "secret")


@pytest.mark.parametrize("name", ["jupyterhub_config.py", "sign_in/oauth.py", "sign_in/lti.py"])
def test_every_setting_is_one_that_the_class_has_and_takes(listed, name):
    config = loaded(HUB / name)
    assert config
    for section, settings in config.items():
        traits = CLASSES[section].class_traits(config=True)
        for setting, value in settings.items():
            assert setting in traits, f"{section}.{setting}"
            if not isinstance(value, dict | list | set):
                traits[setting]._validate(_one(section), value)


def _one(section: str) -> Any:
    return CLASSES[section].__new__(CLASSES[section])


def test_where_there_is_systemd_it_keeps_the_limits(listed, monkeypatch):
    config = loaded(HUB / "jupyterhub_config.py")
    assert config.JupyterHub.spawner_class is PlainServer  # there is none in these tests
    is_dir = Path.is_dir
    monkeypatch.setattr(
        Path, "is_dir", lambda one: str(one) == "/run/systemd/system" or is_dir(one)
    )
    config = loaded(HUB / "jupyterhub_config.py")
    assert config.JupyterHub.spawner_class is LimitedServer
    server = LimitedServer(config=config, user=SimpleNamespace(name="cy", id=1))
    assert server.mem_limit == 2 * 2**30
    assert server.cpu_limit == 2


def test_kubernetes_gets_the_same_limits_roles_and_time(listed):
    config = loaded(HUB / "jupyterhub_config.py")
    values = yaml.safe_load((HUB / "values.yaml").read_text())
    single = values["singleuser"]
    assert single["memory"]["limit"] == config.Spawner.mem_limit
    assert single["cpu"]["limit"] == config.Spawner.cpu_limit
    assert single["extraEnv"] == config.Spawner.environment
    (culler,) = config.JupyterHub.services
    assert f"--timeout={values['cull']['timeout']}" in culler["command"]
    roles = {one["name"]: set(one["scopes"]) for one in config.JupyterHub.load_roles}
    role = "teaches-pooling"
    assert set(values["hub"]["loadRoles"][role]["scopes"]) == roles[role]


@pytest.mark.parametrize(
    ("login", "name"),
    [
        ("cy", "jupyter-cy"),
        ("ada.l-1", "jupyter-ada.l-1"),
        ("a" * 17, "jupyter-" + "a" * 17),
        ("a" * 18, "jupyter-" + "a" * 18 + "-"),
        ("ada@example.org", "jupyter-ada-example.org-"),
    ],
)
def test_an_account_is_named_as_the_littlest_jupyterhub_names_it(login, name):
    found = system_name(login)
    assert found.startswith(name)
    assert len(found) <= 32  # Linux's limit
    assert (found == name) is not name.endswith("-")


def test_only_people_with_a_password_of_their_own_have_an_account_without_prefix(server):
    assert system_name("ada", own_accounts=True) == "ada"
    for login in ("ada", "backup", "root"):
        assert system_name(login) == PREFIX + login
    assert system_name("backup", own_accounts=True) == "jupyter-backup"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[courses."A B"]\ninstructors = []\nstudents = []', "got 'A B'"),
        ('[courses.a]\ninstructors = []\nstudents = ["Ada"]', "'Ada' cannot be a login"),
        ('[courses.a]\ninstructors = ["grader-a"]\nstudents = []', "'grader-a' cannot be"),
        ('[courses.a]\ninstructors = []\nstudents = ["jupyter-x"]', "'jupyter-x' cannot be"),
    ],
)
def test_a_list_that_cannot_be_is_refused(tmp_path, text, said):
    file = tmp_path / "courses.toml"
    file.write_text(text)
    with pytest.raises(Strange, match=said):
        courses(file)
