"""One package per page of the app; `app.core.page` finds them by their `page.py`."""
