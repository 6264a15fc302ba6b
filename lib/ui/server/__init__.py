"""What stands before Streamlit on the server: authorisation, static files, health."""
