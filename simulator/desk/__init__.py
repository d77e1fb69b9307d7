"""The desk: what the trainee does with the ticket beside the conversation, judged against the scenario. Pure."""

from simulator.desk.judging import Check, CheckKind, Reaction, checks, reaction_to
from simulator.desk.macros import fill_macro, gaps, is_sent_as_is
from simulator.desk.state import BadAction, Desk, DeskClosed, Done, take, validate_action, validate_form

__all__ = [
    "BadAction",
    "Check",
    "CheckKind",
    "Desk",
    "DeskClosed",
    "Done",
    "Reaction",
    "checks",
    "fill_macro",
    "gaps",
    "is_sent_as_is",
    "reaction_to",
    "take",
    "validate_action",
    "validate_form",
]
