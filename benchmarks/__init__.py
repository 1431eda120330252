"""What the machine can do: one script a name, each prints its figures; `dcep bench` runs them from a checkout."""
