from tests.ledger.conftest import noon, sqlite

__all__ = ["noon", "sqlite"]
