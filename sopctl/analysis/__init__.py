"""Questions about SOPs that take thought: answers, never codes."""
