"""Songs are listened to, in the background or by command."""
