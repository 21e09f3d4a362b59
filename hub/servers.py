"""How somebody signs in with the server's own accounts, and how the server of each one starts."""

from __future__ import annotations

import os
from typing import Any

from jupyterhub.auth import PAMAuthenticator
from jupyterhub.spawner import LocalProcessSpawner, set_user_setuid
from people import GRADER, account_exists, ensure_account, system_name
from systemdspawner import SystemdSpawner
from traitlets import Bool
from traitlets.config import LoggingConfigurable

Signed = dict[str, Any]


class ServerAccounts(PAMAuthenticator):
    """Asks for the password of the account that belongs to a login, ``jupyter-cy`` for ``cy``."""

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """Return the login, if the password is that of its account."""
        login = data["username"].lower()
        account = system_name(login, own_accounts=True)
        return login if await super().authenticate(handler, {**data, "username": account}) else None

    @staticmethod
    def system_user_exists(user: Any) -> bool:
        """Tell whether there is an account for a user of the hub."""
        return account_exists(system_name(user.name, own_accounts=True))


def refuse_graders(authenticator: Any, handler: Any, signed: Signed) -> Signed | None:
    """Let nobody sign in as a course, whatever a university's sign-in says."""
    return None if signed["name"].startswith(GRADER) else signed


class _OwnAccount(LoggingConfigurable):
    """A server that runs as the account of its login; an instructor's course has its own."""

    own_accounts = Bool(
        False, help="Whether an account may have the login's own name; see people.system_name."
    ).tag(config=True)

    @property
    def account(self) -> str:
        return system_name(self.user.name, self.own_accounts)

    async def start(self) -> Any:
        if self.user.name.startswith(GRADER):  # set_up.py has made it
            self.notebook_dir = f"/home/{self.account}/course"
        else:
            ensure_account(self.user.name, self.account)
        return await super().start()


class LimitedServer(_OwnAccount, SystemdSpawner):
    """A server in a unit of systemd, which keeps to its memory and its share of the processors."""

    async def start(self) -> Any:
        """Start the unit as the account."""
        self.username_template = self.account
        return await super().start()


class PlainServer(_OwnAccount, LocalProcessSpawner):
    """A server as a plain process: for machines without systemd. Nothing limits it."""

    def make_preexec_fn(self, name: str) -> Any:
        """Return what makes the new process the account's."""
        return set_user_setuid(self.account)

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Return the environment with the account's name and home."""
        home = os.path.expanduser(f"~{self.account}")
        return {**env, "USER": self.account, "HOME": home, "SHELL": "/bin/bash"}
