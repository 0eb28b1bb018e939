"""Mark the faulty cells of the sender's workbook, and add a sheet that lists the problems."""
