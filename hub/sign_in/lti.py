"""Sign-in from Moodle, Canvas and the like by LTI 1.3. An example: UNTESTED, with no such system.

Copy it to /srv/pooling/hub_config.py, fill in what your system shows when you register the hub as
an external tool, say `set_up.py --no-accounts`, and restart the hub. Only the names of the settings
are tested. The tool's addresses: login https://hub.example.org/hub/lti13/oauth_login, redirect
https://hub.example.org/hub/lti13/oauth_callback.
"""

from ltiauthenticator.lti13.auth import LTI13Authenticator
from servers import refuse_graders

c = get_config()  # noqa: F821  (jupyterhub provides it)
COURSE = "pooling"
ROLES = "https://purl.imsglobal.org/spec/lti/claim/roles"

c.JupyterHub.authenticator_class = LTI13Authenticator
c.LTI13Authenticator.issuer = "https://moodle.example.org"
c.LTI13Authenticator.client_id = {"what Moodle calls the client id"}
c.LTI13Authenticator.authorize_url = "https://moodle.example.org/mod/lti/auth.php"
c.LTI13Authenticator.jwks_endpoint = "https://moodle.example.org/mod/lti/certs.php"
c.LTI13Authenticator.username_key = "sub"  # never changes; an address may

# Whoever comes from the course's page takes the course; its teachers teach it. The system says who
# that is, so the lists of courses.toml are not used, but for the names of the courses.
c.Authenticator.allow_all = True
c.Authenticator.manage_groups = True
c.JupyterHub.load_groups = {}


def group_of(authenticator, handler, signed):
    """Put somebody who signs in into the group of the course's students, or of its instructors."""
    roles = (signed["auth_state"] or {}).get(ROLES, [])
    teaches = any(one.endswith(("#Instructor", "#TeachingAssistant")) for one in roles)
    signed["groups"] = [f"formgrade-{COURSE}" if teaches else f"nbgrader-{COURSE}"]
    return refuse_graders(authenticator, handler, signed)


c.Authenticator.post_auth_hook = group_of

# An account of the server's own is nobody's here: everybody's is `jupyter-<login>`.
c.PlainServer.own_accounts = c.LimitedServer.own_accounts = False
