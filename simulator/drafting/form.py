"""What a model is asked for when it drafts a case: the author format in one language, with pages by their numbers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DraftFact(_Strict):
    id: str
    label: str
    page: str
    proof: str
    answer: str
    phrases: list[str]
    question: list[str]


class DraftHidden(_Strict):
    id: str
    label: str
    ask: str
    asked_by: list[str]
    told: list[str]


class DraftForbidden(_Strict):
    id: str
    label: str
    page: str
    proof: str
    example: str
    phrases: list[str]
    reaction: list[str]


class DraftCustomer(_Strict):
    name: str
    email: str
    city: str


class DraftCase(_Strict):
    """A case. Its members are those of `Scenario`, in one language."""

    title: str
    trains: Literal["aggressive", "confused", "multilingual"]
    field: Literal["technical_help", "customer_care", "sales"]
    difficulty: Literal[1, 2, 3]
    briefing: str
    goal: str
    customer: DraftCustomer
    opening: list[str]
    issue: list[str]
    facts: list[DraftFact]
    hidden: list[DraftHidden]
    forbidden: list[DraftForbidden]
    objections: list[str]
    acceptance: list[str]
