"""How gunicorn serves an app on Cloud Run: its settings, its log and its worker. Only gunicorn imports what is here."""
