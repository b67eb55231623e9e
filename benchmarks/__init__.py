"""What the figures are measured with: `make bench`; docs/benchmarks.md has the results."""
