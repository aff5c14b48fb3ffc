"""Counterfactual pairs: what two photos of one scene, with and without an object, are worth as training data.

Pure functions over arrays and frozen records: no database, no models, no files.
"""
