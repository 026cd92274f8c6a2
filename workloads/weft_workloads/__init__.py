"""Test networks for Weft, made from code: see workloads/README.md."""
