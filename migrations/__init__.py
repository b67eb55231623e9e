"""Alembic migrations; run by `doctor_llama.db.Database.upgrade`."""
