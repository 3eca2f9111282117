"""What needs several subjects at once: posting, interview, take, analysis, grade, report."""
