"""Whole journeys: a workbook as a user fills it, through `import`, to what the command line answers."""
