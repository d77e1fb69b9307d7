"""Tough Customer: a training simulator for people who answer customers."""
