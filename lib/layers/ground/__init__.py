"""The ground under the communes: lines and pictures an office adds beside its snapshots."""
