"""The commands, a room each: words in, words out. What they do is elsewhere."""
