"""Camera and microphone: a process for each, and the switch that closes them."""

from edgemood.daemon.senses.sense_process import SenseProcess
from edgemood.daemon.senses.senses import DEVICES, NO_SENSES, Senses
from edgemood.daemon.senses.switch import SensingSwitch

__all__ = ["DEVICES", "NO_SENSES", "SenseProcess", "Senses", "SensingSwitch"]
