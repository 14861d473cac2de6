"""What people fill in about plans, boxes, labels and the numbers of boxes."""
