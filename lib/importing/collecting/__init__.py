"""Forms sent to communes and the power company, and what they answer."""
