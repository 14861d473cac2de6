"""Read models: daily facts, the dashboard, charts and reports."""
