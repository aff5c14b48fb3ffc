"""What can be measured about a removal output, with and without truth: arrays in, frozen records out."""
