"""Labels of goods and boxes, and packing lists, as they are printed. Nothing here asks the database."""
