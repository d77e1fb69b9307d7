"""Customers: a Cue in, the customer's words out."""

from simulator.customers.base import Customer
from simulator.customers.scripted import ScriptedCustomer

__all__ = ["Customer", "ScriptedCustomer"]
