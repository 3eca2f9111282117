"""Postings as the API takes and gives them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.api.schemas.common import In, Out
from app.domain.posting import Posting, Seniority, Weight
from app.domain.resume import GapMap

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Source = Literal["text", "file", "url"]


class PostingText(In):
    """A posting as pasted text."""

    text: str = Field(description="The text of the posting.")


class PostingUrl(In):
    """A posting to be fetched."""

    url: str = Field(max_length=2000, description="Address of the posting (http or https).")


PostingIn = PostingText | PostingUrl


class RequirementEdit(In):
    """A requirement as the user wants it. `id` names one that is there; without it the requirement is new."""

    id: str | None = Field(None, max_length=100)
    text: Line
    weight: Weight
    skills: list[Short] | None = Field(None, max_length=20)


class PostingEdit(In):
    """Corrections. A field that is left out stays, null clears it; `requirements` replaces the whole list."""

    title: Short | None = None
    company: Short | None = None
    location: Short | None = None
    seniority: Seniority | None = None
    requirements: list[RequirementEdit] = Field(default_factory=list, max_length=80)


class ResumeText(In):
    """A résumé as pasted text."""

    text: str = Field(description="The text of the résumé. Only the lines quoted for a requirement are kept.")


class PostingOut(Out):
    """A stored posting."""

    id: UUID
    created_at: datetime
    source: Source
    posting: Posting
    resume: GapMap | None = Field(description="What a résumé shows of this posting; null without one.")


class PostingItem(Out):
    """A posting in the list."""

    id: UUID
    created_at: datetime
    source: Source
    title: str | None
    company: str | None
    interviews: int = Field(description="How many interviews were made for it.")
