"""Athena's engine: SQL of Trino and DDL of Hive, run by DuckDB on what a catalog and a store have.

Nothing here knows moto: a catalog is catalog.Catalog, a store is catalog.Store.
"""
