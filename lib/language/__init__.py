"""Texts in Vietnamese and English, and the errors and findings that speak them."""
