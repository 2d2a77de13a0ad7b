"""Knowing people who asked to be known: embeddings, enrolment, recognition."""
