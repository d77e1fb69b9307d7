"""Customers: a Cue in, the customer's words out."""

from simulator.customers.base import Customer, NotWanted, Speech, Spoken, listen
from simulator.customers.choosing import Choice, NoEndpoint, choose_customer
from simulator.customers.language_model import LanguageModelCustomer
from simulator.customers.scripted import ScriptedCustomer

__all__ = [
    "Choice",
    "Customer",
    "LanguageModelCustomer",
    "NoEndpoint",
    "NotWanted",
    "ScriptedCustomer",
    "Speech",
    "Spoken",
    "choose_customer",
    "listen",
]
