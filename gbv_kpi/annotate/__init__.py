"""The sender's workbook returned with its faulty cells marked, and a sheet that lists the problems."""
