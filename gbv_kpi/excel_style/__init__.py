"""How written workbooks look: `paper` has measures and colours, `cells` applies them with openpyxl."""
