"""What user code sees as `context`."""

import logging


class Conf:
    """The app's configuration, as far as it means something here."""

    __slots__ = ("id", "name")

    def __init__(self, app):
        self.id = app
        self.name = app


class App:
    """The parts of the reference's app that exist here."""

    def __init__(self, name):
        self.conf = Conf(name)

    @property
    def log(self):
        return logging.getLogger(self.conf.name)

    def __getattr__(self, name):
        raise AttributeError(f"context['app'] has no '{name}' here, only 'conf' and 'log'")

    def __repr__(self):
        return f"<app {self.conf.name}>"


class Message:
    """A record as it was read."""

    __slots__ = (
        "topic",
        "partition",
        "offset",
        "timestamp",
        "timestamp_type",
        "headers",
        "key",
        "value",
    )

    def __init__(self, topic, partition, offset, milliseconds, headers, key, value):
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = milliseconds / 1000.0
        self.timestamp_type = 0
        self.headers = headers
        self.key = key
        self.value = value

    def __repr__(self):
        return f"<message {self.topic}/{self.partition} at offset {self.offset}>"


class Event:
    """A record with its key and value decoded."""

    __slots__ = ("key", "value", "headers", "message", "app", "acked")

    def __init__(self, key, value, message, app):
        self.key = key
        self.value = value
        self.headers = dict(message.headers)
        self.message = message
        self.app = app
        self.acked = False

    def __repr__(self):
        return f"<event {self.key!r}: {self.value!r}>"
