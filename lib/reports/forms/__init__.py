"""Official papers of the office: forms of the law and lists, as DOCX, PDF and XLSX."""
