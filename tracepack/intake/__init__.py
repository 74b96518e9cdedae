"""Spreadsheets in: a file becomes typed rows that remember their cells, and findings about everything that is wrong."""
