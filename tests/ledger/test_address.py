"""Where a ledger is: addresses in every form, and no password in anything that is printed."""

from pathlib import Path

import pytest

from gbv_kpi.errors import LedgerError
from gbv_kpi.ledger.address import address_of, shown_address
from tests.command import of_2025, run, write_csv

SECRETS = ("s3cret", "hidd3n")
ADDRESSES = [
    "postgresql://lan:s3cret@127.0.0.1:9/gbv",
    "postgresql://127.0.0.1:9/gbv?user=lan&password=s3cret",
    "postgresql://127.0.0.1:9/gbv?password=s3cret%40hidd3n",
    "postgresql://127.0.0.1:9/gbv?password=s3cret@hidd3n",
    "postgresql:///gbv?host=127.0.0.1&port=9&password=s3cret",
    "postgresql://lan:s3cret@hidd3n@127.0.0.1:9/gbv",
    "postgresql://lan:s3cret/hidd3n@127.0.0.1:9/gbv",
    "postgresql://lan:s3cret?hidd3n@127.0.0.1:9/gbv",
    "postgresql://lan:s3cret#hidd3n@127.0.0.1:9/gbv",
    "postgresql://lan:s3cret:hidd3n@127.0.0.1:9/gbv",
    "postgresql://lan:s3cret%40hidd3n@127.0.0.1:9/gbv",
    "postgresql://lan:s3cret hidd3n@127.0.0.1:9/gbv",
    "postgresql://lan:s3cret@127.0.0.1:9/gbv?sslpassword=hidd3n",
    "postgresql://lan:s3cret@127.0.0.1:9/gbv?sslmode=s3cret_hidd3n_no_mode",
    "postgresql://lan:s3cret@127.0.0.1:9/gbv?pasword=hidd3n",
    "postgresql://lan:s3cret@127.0.0.1:no-port/gbv",
    "postgresql://lan:s3cret@127.0.0.1:99999999/gbv",
    "postgresql://lan:s3cret@[::1/gbv",
    "postgresql://lan:s3cret@..:9/gbv",
    "postgresql://lan:s3cret@" + "h" * 300 + "/gbv",
    "postgresql://lan:s3cret@",
    "postgresql+psycopg://lan:s3cret@127.0.0.1:9/gbv",
    "postgresql+psycopg2://lan:s3cret@127.0.0.1:9/gbv",
    "postgres://lan:s3cret@127.0.0.1:9/gbv",
    "POSTGRESQL://lan:s3cret@127.0.0.1:9/gbv",
    "postgresq://lan:s3cret@127.0.0.1:9/gbv",
    "postgresql:/lan:s3cret@127.0.0.1:9/gbv",
    "postgresql:lan:s3cret@127.0.0.1/gbv",
    "postgresql//lan:s3cret@127.0.0.1/gbv",
    "//lan:s3cret@127.0.0.1/gbv",
    "lan:s3cret@127.0.0.1/gbv",
    "lan:s3cret/hidd3n@127.0.0.1/gbv",
    " postgresql:/lan:s3cret@127.0.0.1/gbv",
    "host=127.0.0.1 user=lan password=s3cret dbname=gbv",
    "host=127.0.0.1 PASSWORD = 's3cret'",
    "mysql://lan:s3cret@127.0.0.1/gbv",
    "https://lan:s3cret@127.0.0.1/gbv",
    "sqlite://lan:s3cret@127.0.0.1/gbv",
    "://lan:s3cret@127.0.0.1/gbv",
    "postgresql://lan:s3cret@127.0.0.1:9/gbv\nhidd3n",
]


@pytest.mark.quick(8)
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_password_is_never_printed(address: str) -> None:
    for command in (("status", "--year", "2025"), ("export",)):
        ran = run(*command, "--ledger", address)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran
        assert not any(secret in ran.err for secret in SECRETS)
        assert "internal error" not in ran.err


def test_a_password_in_the_environment_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GBV_KPI_LEDGER", ADDRESSES[1])
    for arguments in (("status", "--year", "2025"), ("status", "--help"), ("status",), ("status", "--year", "x")):
        ran = run(*arguments)
        assert not any(secret in ran.out + ran.err for secret in SECRETS)


@pytest.mark.parametrize(
    ("address", "password"),
    [
        ("postgresql://lan:a@b@host/gbv", "a@b"),
        ("postgresql://lan:a/b?c#d@host/gbv", "a/b?c#d"),
        ("postgresql://lan:a%40b@host/gbv", "a@b"),
        ("postgresql://lan:@host/gbv", ""),
        ("postgresql://lan@host/gbv", None),
    ],
)
def test_a_password_may_have_any_signs(address: str, password: str | None) -> None:
    url = address_of(address)
    assert (url.username, url.password or password, url.host, url.database) == ("lan", password, "host", "gbv")
    assert shown_address(url) == ("postgresql://lan@host/gbv" if password is None else "postgresql://lan:***@host/gbv")


@pytest.mark.parametrize("name", ["postgres.db", "sổ cái 50%.db", "a@b.db", "2025:1.db", "C:/Users/a@b/l.db", "x=1.db"])
def test_a_path_is_no_address(name: str) -> None:
    assert address_of(name).database == name


def test_a_file_that_is_there_is_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LedgerError):
        address_of("a:b@c.db")
    Path("a:b@c.db").touch()
    assert address_of("a:b@c.db").database == "a:b@c.db"


def test_a_ledger_is_for_its_officer_alone(tmp_path: Path, plan: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from gbv_kpi.plan import load_plan

    file = write_csv(tmp_path / "r.csv", load_plan(), of_2025())
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("GBV_KPI_LEDGER")
    assert run("submit", file).code == 0
    ledger = tmp_path / "data" / "gbv-kpi" / "ledger.db"
    assert (ledger.stat().st_mode & 0o777, ledger.parent.stat().st_mode & 0o777) == (0o600, 0o700)
