"""The benchmarks: what the cabinet does against the least that could be done, in one run on one machine."""
