"""The button and the LED: what people do with one finger, and what the box shows in return."""

from edgemood.panel.gestures import Gesture, GestureReader
from edgemood.panel.led import SIGNALS, LedState, led_table, most_urgent
from edgemood.panel.panel import Panel, open_panel

__all__ = [
    "SIGNALS",
    "Gesture",
    "GestureReader",
    "LedState",
    "Panel",
    "led_table",
    "most_urgent",
    "open_panel",
]
