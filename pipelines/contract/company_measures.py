"""Company measures: the words of study.yaml for what a company may do, and what a trial found."""

from __future__ import annotations

from typing import Literal

MoveKind = Literal[  # as `contract.whatif_codes.MOVES`
    "lift_middle", "lift_good", "lift_best", "widen", "narrow"
]
Status = Literal["idea", "planned", "running", "done", "dropped"]
EvidenceKind = Literal[
    "experiment", "difference_in_differences", "interrupted_series", "discontinuity"
]
TargetToRaise = Literal["mean", "top_two", "top_box", "nps"]
