"""Working with the registers: reading files, searching, comparing two transcriptions."""
