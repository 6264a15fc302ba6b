"""The power grid: outage logs, reliability indices, gaps of supply, substations."""
