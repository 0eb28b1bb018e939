"""The tables of a ledger. Rows are only added: nothing is ever changed or deleted."""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

SCHEMA = "gbv-kpi/ledger"
VERSION = 1  # of the layout below; a ledger of a higher one belongs to a newer gbv-kpi

metadata = MetaData()

layout = Table(
    "gbv_kpi_layout",
    metadata,
    Column("schema", String, primary_key=True),
    Column("version", Integer, nullable=False),
)

submissions = Table(
    "gbv_kpi_submission",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("plan", String, nullable=False),
    Column("file", String, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("content", String(64), nullable=False),  # hash of units, years and counts read
    Column("at", String(27), nullable=False),  # UTC, as `stamp` writes it: the same text in every database
    Column("who", String, nullable=False),
    UniqueConstraint("plan", "sha256", "content"),
)

returns = Table(
    "gbv_kpi_return",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("submission", ForeignKey(submissions.c.id), nullable=False),
    Column("plan", String, nullable=False),
    Column("unit_code", String, nullable=False),
    Column("unit_since", String, nullable=False),  # "" where the plan gives no date
    Column("unit_name", String, nullable=False),
    Column("year", Integer, nullable=False),
    Column("revision", Integer, CheckConstraint("revision >= 1"), nullable=False),
    Column("sheet", String),
    Column("figures", JSON, nullable=False),  # {field: [count, cell]}
    UniqueConstraint("plan", "year", "unit_code", "unit_since", "revision"),
    Index("gbv_kpi_return_of_submission", "submission"),
)

publications = Table(
    "gbv_kpi_publication",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("at", String(27), nullable=False),
    Column("content", JSON, nullable=False),  # a `gbv_kpi.kpi.publication.Publication`
)
