"""Calls that nobody waits for: of Cloud Tasks' queues, of Cloud Scheduler by the clock, and of Eventarc's triggers.

What is declared, a queue, a job or a trigger, are the records that the stand-in provider keeps
(`hearth.localcloud.kept`), in Pulumi's terms; here they are acted upon. All call with an ID token that this very cloud
signs. Left out: targets that are no HTTP, or not on this machine; OAuth tokens; Google's methods that declare these.
"""

from hearth.localcloud.calls.part import Calls

__all__ = ["Calls"]
