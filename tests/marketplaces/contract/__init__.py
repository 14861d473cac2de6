"""What every marketplace must keep, whoever added it: run over settings.MARKETPLACES."""
