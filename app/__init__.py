"""The Streamlit app: it reads the published bundle and nothing else."""
