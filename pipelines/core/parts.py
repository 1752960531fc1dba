"""Parts: what every part of study.yaml is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1)]
Labels = dict[str, str]  # language code -> text


class Part(BaseModel):
    """A part of study.yaml; a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
