"""The pure rooms: values in, values and findings out.  No files, no clock, no SQL."""
