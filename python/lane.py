"""The asyncio loop of the lane, which runs as long as agents do."""

import asyncio
import logging
import os

_loop = None


def open(wake, work):
    """Makes the loop, which calls `work` whenever the eventfd `wake` is written to."""
    global _loop

    def woken():
        os.eventfd_read(wake)
        work()

    _loop = asyncio.new_event_loop()
    asyncio.set_event_loop(_loop)
    _loop.add_reader(wake, woken)


def run():
    """Runs the loop until `stop`, whatever tasks of user code throw out of it."""
    while not _stopped:
        try:
            _loop.run_forever()
        except BaseException:
            logging.getLogger("kasprc").exception("a task of user code failed")


_stopped = False


def stop():
    global _stopped
    _stopped = True
    _loop.stop()


class _Task(asyncio.Task):
    """The task of a driver, which is told when somebody cancels it."""

    def cancel(self, msg=None):
        self.get_coro().cancelled()
        return super().cancel(msg)


def start(driver):
    return _Task(driver, loop=_loop)


def uncancel(task):
    while task.cancelling():
        task.uncancel()


def pause(seconds):
    """A future that `end` or the time ends."""
    future = _loop.create_future()
    if seconds is not None:
        timer = _loop.call_later(seconds, end, future)
        future.add_done_callback(lambda _: timer.cancel())
    return future


def end(future):
    if not future.done():
        future.set_result(None)


def cut(task):
    """Makes a task that waits go on with an exception; it does not count as cancelled."""
    task.cancel()
    task.uncancel()


def end_task(stopped):
    """Ends the task that runs now, if it is one of user code."""
    task = asyncio.current_task(_loop)
    if task is None or isinstance(task, _Task):
        return
    if stopped:
        raise asyncio.CancelledError
    raise TimeoutError("it kept a record waiting for longer than 'kasprc.timeout' allows")


def close():
    """Lets go of tasks that user code left behind."""
    if _loop is None:
        return
    for task in asyncio.all_tasks(_loop):
        task._log_destroy_pending = False
    _loop.close()


class MessageSizeTooLargeError(Exception):
    """A record that its topic does not take."""


class DeliveryError(Exception):
    """A record that somebody waited for and that could not be delivered."""
