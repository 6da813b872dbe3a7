"""The asyncio loop of the lane: made for the first awaitable, then kept."""

import os

_loop = None
_wake = None


def open():
    """(run, the eventfd that wakes the loop for a forced stop)."""
    global _loop, _wake
    import asyncio

    try:
        _loop = asyncio.get_event_loop_policy().get_event_loop()  # user code may have one already
    except RuntimeError:
        _loop = asyncio.new_event_loop()
        asyncio.set_event_loop(_loop)
    _wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
    _loop.add_reader(_wake, os.eventfd_read, _wake)
    return run, _wake


def run(awaitable):
    """The result of `await awaitable`."""
    return _loop.run_until_complete(_wait(awaitable))


async def _wait(awaitable):
    return await awaitable


def close():
    """Lets go of tasks that user code left behind."""
    if _loop is None:
        return
    import asyncio

    for task in asyncio.all_tasks(_loop):
        task._log_destroy_pending = False
    _loop.remove_reader(_wake)
    os.close(_wake)
    _loop.close()


class MessageSizeTooLargeError(Exception):
    """A record that no Kafka topic with default limits takes."""


class DeliveryError(Exception):
    """A record that somebody waited for and that could not be delivered."""
