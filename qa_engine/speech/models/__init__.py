"""Recogniser models: their cards, the store in the data folder, where they come from, finding the one to load."""
