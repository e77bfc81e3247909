"""What Hearth's service is measured against: a Flask API as tutorials for Cloud Run build it.

Re-created from how one of them behaves, in words of our own, with what makes it slow or big left as it is: the total
by reading every item, pages by offset, more processes than an instance has CPUs and fewer threads than it gets
requests, everything loaded before the fork, a log line per request. Its other faults (unchecked bodies, lost updates)
cost no time and are left out. Not an example.
"""
