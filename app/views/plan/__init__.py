"""Plan: which measures to take under a budget, why each is in or out, and how sure that is."""
