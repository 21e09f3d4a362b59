"""Settings of every server on the hub."""

c = get_config()  # noqa: F821  (jupyter_server provides it)

# What a kernel puts out went over the loopback, where everybody on the machine can listen.
c.KernelManager.transport = "ipc"

# A kernel that has had nothing to do for an hour is ended; its notebook stays as it is.
c.MappingKernelManager.cull_idle_timeout = 3600
c.MappingKernelManager.cull_connected = True

# The course is installed for everybody; an extension of one's own would be looked for on the net.
c.LabApp.extension_manager = "readonly"
