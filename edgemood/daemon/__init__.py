"""Starts, watches and restarts the other parts, answers the control socket, and tells systemd.

`service.run` is the process, `daemon.Daemon` what lives in it, `box.Box` what it can be told.
"""
