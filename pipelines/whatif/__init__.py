"""What-if: what outcomes would be if touchpoints were better."""
