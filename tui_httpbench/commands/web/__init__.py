"""What is behind ``serve``: a page with a terminal, and an app in a process of its own for each page that is open."""
