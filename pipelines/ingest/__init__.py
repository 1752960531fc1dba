"""Ingest: raw files to mapped tables, as study.yaml says."""
