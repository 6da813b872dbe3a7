"""What user code sees as `context`."""

import logging
from collections import namedtuple

TopicPartition = namedtuple("TopicPartition", ("topic", "partition"))

_SENDING = "to send records, use 'output' or an operation with 'topicSend'"
_ACKNOWLEDGING = "a record is acknowledged when all that it caused is delivered"


class _Shown:
    """An object whose missing attributes are explained."""

    __slots__ = ()
    _name = ""
    _elsewhere = {}

    def __getattr__(self, name):
        if name.startswith("__"):  # Python's own protocols, and what dir() asks for
            raise AttributeError(name)
        known = ", ".join(key for key in dir(self) if not key.startswith("_"))
        hint = self._elsewhere.get(name)
        raise AttributeError(
            f"{self._name} has no '{name}' here, only {known}" + (f"; {hint}" if hint else ""),
            name=name,
            obj=self,
        )


class Conf(_Shown):
    """The app's configuration, as far as it means something here."""

    __slots__ = ("id", "name")
    _name = "context['app'].conf"

    def __init__(self, app):
        self.id = app
        self.name = app


class App(_Shown):
    """The parts of the reference's app that exist here."""

    _name = "context['app']"
    _elsewhere = {"send": _SENDING, "topic": _SENDING}

    def __init__(self, name):
        self.conf = Conf(name)

    @property
    def log(self):
        return logging.getLogger(self.conf.name)

    def __repr__(self):
        return f"<app {self.conf.name}>"


class Message(_Shown):
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
        "acked",
    )
    _name = "context['event'].message"
    _elsewhere = {"ack": _ACKNOWLEDGING}
    checksum = None  # as with every broker of this decade

    def __init__(self, topic, partition, offset, milliseconds, headers, key, value):
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = milliseconds / 1000.0
        self.timestamp_type = 0
        self.headers = headers
        self.key = key
        self.value = value
        self.acked = False

    @property
    def tp(self):
        return TopicPartition(self.topic, self.partition)

    @property
    def serialized_key_size(self):
        return -1 if self.key is None else len(self.key)

    @property
    def serialized_value_size(self):
        return -1 if self.value is None else len(self.value)

    def __repr__(self):
        return f"<message {self.topic}/{self.partition} at offset {self.offset}>"


class Event(_Shown):
    """A record with its key and value decoded."""

    __slots__ = ("key", "value", "headers", "message", "app", "acked")
    _name = "context['event']"
    _elsewhere = {"send": _SENDING, "forward": _SENDING, "ack": _ACKNOWLEDGING}

    def __init__(self, key, value, message, app):
        self.key = key
        self.value = value
        self.headers = dict(message.headers)
        self.message = message
        self.app = app
        self.acked = False

    def __repr__(self):
        return f"<event {self.key!r}: {self.value!r}>"


def delivery_report(topic, partition, offset, timestamp, log_start_offset):
    """What an acknowledged send tells of its record. -1: the transport does not say."""
    return {
        "topic": topic,
        "partition": partition,
        "topic_partition": TopicPartition(topic, partition),
        "offset": offset,
        "timestamp": timestamp,
        "timestamp_type": 0,
        "log_start_offset": None if log_start_offset < 0 else log_start_offset,
    }
