"""What must hold of lessons and notebooks, held against what is there."""
