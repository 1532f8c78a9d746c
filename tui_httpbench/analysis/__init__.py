"""What the samples mean: latency, throughput and the ranking, as pure functions over arrays."""
