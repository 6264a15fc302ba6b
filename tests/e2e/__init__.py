"""The pages in a real browser, with the network beyond this machine cut off."""
