"""Prompts: what a language model is sent.

The texts are data (`*.md`, `words.yaml`); why they are as they are is in docs/prompts.md.
"""

from simulator.prompts.customer import Assignment, assign, customer_messages
from simulator.prompts.talk import FENCE, Message, conversation, neutral, rough_tokens
from simulator.prompts.templates import PromptError, fingerprint, render

__all__ = [
    "FENCE",
    "Assignment",
    "Message",
    "PromptError",
    "assign",
    "conversation",
    "customer_messages",
    "fingerprint",
    "neutral",
    "render",
    "rough_tokens",
]
