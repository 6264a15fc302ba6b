"""Bad files, made by code as the tests run: nothing binary is kept in the repository."""
