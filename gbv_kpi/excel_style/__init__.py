"""Style written workbooks: `paper` has measures and colours, `cells` applies them with openpyxl."""
