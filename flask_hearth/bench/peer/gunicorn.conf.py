"""The peer's gunicorn, with the tutorial's values and those that its deploy command sets (2 workers, 4 threads)."""

import multiprocessing
import os

bind = f"0.0.0.0:{os.environ['PORT']}"
workers = int(os.environ.get("GUNICORN_WORKERS", 2 * multiprocessing.cpu_count() + 1))
worker_class = "gthread"
threads = int(os.environ.get("GUNICORN_THREADS", "4"))
timeout = 120
graceful_timeout = 30
keepalive = 2
accesslog = "-"
errorlog = "-"
loglevel = "info"
preload_app = True
max_requests = 1000
max_requests_jitter = 50
# Newer than the tutorial, and of no use here.
control_socket_disable = True
