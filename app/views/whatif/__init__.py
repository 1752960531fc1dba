"""What-if: what outcomes would be if touchpoints were better, and how far to trust that."""
