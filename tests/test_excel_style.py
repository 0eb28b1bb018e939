from gbv_kpi.excel_style import MAX_TITLE, sheet_title


def test_sheet_title_cut_at_an_apostrophe_ends_before_it() -> None:
    """Excel refuses a sheet whose name begins or ends with an apostrophe."""
    wanted = "x" * (MAX_TITLE - 1) + "'cd"
    assert sheet_title(wanted, ()) == "x" * (MAX_TITLE - 1)
