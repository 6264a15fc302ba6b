"""Text in the old Vietnamese fonts (TCVN3, VNI) recognised and converted to Unicode."""
