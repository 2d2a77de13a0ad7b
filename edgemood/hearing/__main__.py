"""The process of the ear: ``python -m edgemood.hearing``, started by the daemon."""

from edgemood.hearing.watch import watch
from edgemood.sense import serve

if __name__ == "__main__":
    serve(watch)
