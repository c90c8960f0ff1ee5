"""What runs inside the sandbox together with a submission: no tests, no expected values."""
