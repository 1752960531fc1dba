"""Draft a first study.yaml from files: what is sure from them, what is guessed and marked."""
