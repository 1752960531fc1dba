"""What-if: what outcomes would be if touchpoints were better. For any table: `what_if`."""

from pipelines.whatif.frames import what_if

__all__ = ["what_if"]
