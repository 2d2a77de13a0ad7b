"""Starts, watches and restarts the other rooms, answers the control socket, and tells systemd.

`service.run` is the process, `house.Daemon` what lives in it under one configuration.
"""
