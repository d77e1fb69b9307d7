"""Author files: the formats of scenarios and personas, their loading and checks, and rehearsals.

Import from the modules: the formats lie below everything, rehearsals above the attempt.
"""
