"""What is done to sound before it is judged: gain, hum, and the box's own music taken out."""
