"""What comes back by mail: parse, classify, process."""
