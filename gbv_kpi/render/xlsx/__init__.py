"""Write a report as a workbook in which live formulas lead an auditor from the verdict to every count."""
