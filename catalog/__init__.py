"""The assortment: products, listings, warehouses, stock now and as it was."""
