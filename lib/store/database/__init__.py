"""A PostgreSQL server with PostGIS that several app servers share."""
