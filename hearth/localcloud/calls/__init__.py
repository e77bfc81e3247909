"""Calls that nobody waits for: those of Cloud Tasks' queues, and those of Cloud Scheduler by the clock.

What is declared, a queue or a job, are the records that the stand-in provider keeps (`hearth.localcloud.kept`), in
Pulumi's terms; here they are acted upon. Both call with an ID token that this very cloud signs. Left out: targets that
are no HTTP, or not on this machine; OAuth tokens; Google's methods that declare a queue or a job.
"""

from hearth.localcloud.calls.part import Calls

__all__ = ["Calls"]
