"""What can go wrong with the knowledge; every message says what to do."""


class KnowledgeError(Exception):
    """Something the person at the screen can put right; the message says how."""


class KnowledgeBusy(KnowledgeError):
    """Another process owns the index."""
