"""Template tags of the whole cabinet: ui (components), fmt (numbers and times), charts."""
