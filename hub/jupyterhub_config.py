"""A hub on one server; README.md beside this file says how it gets there."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from people import STATE, courses  # noqa: E402
from servers import LimitedServer, PlainServer, ServerAccounts, refuse_graders  # noqa: E402

c = get_config()  # noqa: F821  (jupyterhub provides it)
listed, admins = courses()
has_systemd = Path("/run/systemd/system").is_dir()

# --- the address --------------------------------------------------------------------------------

# With a certificate it serves the world; without one, only this machine: passwords go over it.
certificate, key = STATE / "tls" / "cert.pem", STATE / "tls" / "key.pem"
if certificate.exists():
    c.JupyterHub.bind_url = "https://:443"
    c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = str(certificate), str(key)
    redirect = ["--redirect-port", "80"]
else:
    c.JupyterHub.bind_url = "http://127.0.0.1:8000"
    redirect = []
proxy = HERE / "node_modules" / ".bin" / "configurable-http-proxy"
c.ConfigurableHTTPProxy.command = [str(proxy), *redirect]
c.ConfigurableHTTPProxy.pid_file = str(STATE / "hub" / "proxy.pid")

# What the hub remembers; the folder is root's alone.
c.JupyterHub.db_url = f"sqlite:///{STATE}/hub/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(STATE / "hub" / "cookie_secret")
c.JupyterHub.cleanup_servers = False  # a hub that is restarted interrupts nobody's work

# --- who may sign in ----------------------------------------------------------------------------

# The server's own accounts and their passwords. sign_in/ has examples for a university's sign-in.
c.JupyterHub.authenticator_class = ServerAccounts
c.PlainServer.own_accounts = c.LimitedServer.own_accounts = True
everybody = {login for one in listed for login in (*one.instructors, *one.students)}
c.Authenticator.allowed_users = everybody | set(admins)
c.Authenticator.allow_existing_users = False  # who is taken off the list cannot sign in any more
c.Authenticator.admin_users = set(admins)
c.Authenticator.post_auth_hook = refuse_graders

# --- courses ------------------------------------------------------------------------------------

# A course is kept by a user of its own, `grader-<course>`, whose server its instructors share:
# sources, secret and gradebook are in that user's home, which nobody else can read.
# nbgrader knows the two groups of a course by these names.
c.JupyterHub.load_groups = {
    **{f"formgrade-{one.name}": {"users": list(one.instructors)} for one in listed},
    **{f"nbgrader-{one.name}": {"users": list(one.students)} for one in listed},
}
c.JupyterHub.load_roles = [
    {
        "name": f"teaches-{one.name}",
        "groups": [f"formgrade-{one.name}"],
        "scopes": [
            f"{what}!user={one.grader}" for what in ("servers", "access:servers", "read:users")
        ],
    }
    for one in listed
]
c.JupyterHub.load_roles += [
    {"name": "keeps-a-course", "users": [one.grader for one in listed], "scopes": ["self"]}
]

# --- everybody's server -------------------------------------------------------------------------

c.JupyterHub.spawner_class = LimitedServer if has_systemd else PlainServer
c.Spawner.cmd = [sys.executable, str(Path(sys.prefix, "bin", "pooling-hub-server"))]
c.Spawner.default_url = "/lab"
# nbgrader asks the hub which courses somebody takes; the server may ask no more than that.
c.Spawner.server_token_scopes = [
    "access:servers!server",
    "users:activity!user",
    "read:users:name!user",
    "read:users:groups!user",
]

# Limits for each server, kept by systemd. README.md says where the numbers come from.
c.Spawner.mem_limit = "2G"
c.Spawner.cpu_limit = 2
c.SystemdSpawner.isolate_tmp = True
c.SystemdSpawner.isolate_devices = True
c.SystemdSpawner.disable_user_sudo = True
c.SystemdSpawner.default_shell = "/bin/bash"
c.Spawner.environment = {"OMP_NUM_THREADS": "2"}  # torch would start a thread for every core
c.JupyterHub.concurrent_spawn_limit = 20  # more wait their turn when a class begins
c.Spawner.start_timeout = c.Spawner.http_timeout = 120

# A server that nobody has used for an hour is stopped; what was saved is there the next time.
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600"],
    }
]
c.JupyterHub.load_roles += [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]

# Changes of yours, a sign-in for instance, stand in a file of their own.
own = STATE / "hub_config.py"
if own.exists():
    load_subconfig(str(own))  # noqa: F821
