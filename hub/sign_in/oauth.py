"""The university's sign-in by OpenID Connect. An example: UNTESTED, no university was asked.

Copy it to /srv/pooling/hub_config.py, fill in what your university's computing centre gives you,
say `set_up.py --no-accounts`, and restart the hub. Only the names of the settings are tested.
"""

import os

from oauthenticator.generic import GenericOAuthenticator

c = get_config()  # noqa: F821  (jupyterhub provides it)

c.JupyterHub.authenticator_class = GenericOAuthenticator
c.GenericOAuthenticator.client_id = os.environ["OAUTH_CLIENT_ID"]
c.GenericOAuthenticator.client_secret = os.environ["OAUTH_CLIENT_SECRET"]
c.GenericOAuthenticator.oauth_callback_url = "https://hub.example.org/hub/oauth_callback"
c.GenericOAuthenticator.authorize_url = "https://login.example.org/authorize"
c.GenericOAuthenticator.token_url = "https://login.example.org/token"
c.GenericOAuthenticator.userdata_url = "https://login.example.org/userinfo"
c.GenericOAuthenticator.scope = ["openid", "profile"]
c.GenericOAuthenticator.username_claim = "preferred_username"
c.GenericOAuthenticator.login_service = "your university"

# courses.toml still says who takes what; its logins are the university's names of people.
# An account of the server's own is nobody's here: everybody's is `jupyter-<login>`.
c.PlainServer.own_accounts = c.LimitedServer.own_accounts = False
