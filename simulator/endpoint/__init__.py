"""The model endpoint: any service that speaks the OpenAI protocol.

The only package that imports the openai SDK, and that only with the first call.
"""

from simulator.endpoint.client import Endpoint, open_endpoint
from simulator.endpoint.errors import EndpointError, Kind
from simulator.endpoint.reply import Reply
from simulator.endpoint.settings import EndpointSettings, SettingError, origins, read_settings
from simulator.endpoint.structured import Message, Schema, Structured
from simulator.endpoint.usage import Usage

__all__ = [
    "Endpoint",
    "EndpointError",
    "EndpointSettings",
    "Kind",
    "Message",
    "Reply",
    "Schema",
    "SettingError",
    "Structured",
    "Usage",
    "open_endpoint",
    "origins",
    "read_settings",
]
