"""What callers of a service's data plane must tell apart."""


class InstanceGone(Exception):
    """The connection to the instance broke before any byte of an answer: nothing was sent to the client yet.

    Whether the request was carried out is unknown, so only safe methods may be tried again.
    """


class AnswerBroken(Exception):
    """The instance stopped in the middle of its answer, or took longer than the request timeout to finish it.

    The client has a part of the answer already, so all that is left is to break its connection as well.
    """
