"""The tests' own client: independent of kasprc, and of what it believes about its work.

    client = Client("127.0.0.1:9092")
    client.create({"orders": 4})
    places = client.produce("orders", [(b"key", b"value")])     # [(partition, offset)]
    client.read("orders")                                       # [Message], read_committed, from 0
"""

import time
from typing import NamedTuple

import confluent_kafka
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

DEADLINE = 60  # seconds; for what a broker on loopback does at once


class Message(NamedTuple):
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: list
    timestamp: int = 0


def until(condition, what, seconds=DEADLINE):
    """Waits for a condition that nobody announces; returns the first true value of it."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds} s still waiting until {what}")
        time.sleep(0.01)
    return value


def patiently(question):
    """Asks until there is an answer: a broker that has just started, or just made a topic, may
    not know yet what it leads."""
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            return question()
        except KafkaException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def librdkafka_version():
    return confluent_kafka.libversion()[0]


class Client:
    def __init__(self, address):
        self.settings = {"bootstrap.servers": address, "log_level": 0,
                         "reconnect.backoff.max.ms": 200}
        self.admin = AdminClient(self.settings)
        self.reader = self.consumer("kasprc-test-reader")
        self.groups = {}  # of consumers that never join, but may ask what is committed

    def consumer(self, group):
        return Consumer({**self.settings, "group.id": group, "enable.auto.commit": False,
                         "auto.offset.reset": "error", "isolation.level": "read_committed",
                         "enable.partition.eof": True, "fetch.wait.max.ms": 10})

    def create(self, topics, **config):
        """Makes the topics, each with its number of partitions, and waits until they are there."""
        if not topics:
            return
        wanted = [NewTopic(name, count, 1, config={key.replace("_", "."): str(value)
                                                   for key, value in config.items()})
                  for name, count in topics.items()]
        for future in self.admin.create_topics(wanted, operation_timeout=DEADLINE).values():
            future.result(DEADLINE)
        until(lambda: all(len(self.partitions(name)) == count for name, count in topics.items()),
              f"topics {list(topics)} are there")

    def delete(self, topics):
        if not topics:
            return
        for future in self.admin.delete_topics(list(topics), operation_timeout=DEADLINE).values():
            future.result(DEADLINE)
        until(lambda: not set(topics) & set(self.topics()), f"topics {list(topics)} are gone")

    def topics(self):
        return patiently(lambda: self.admin.list_topics(timeout=DEADLINE)).topics

    def partitions(self, topic):
        """The partitions that have a leader."""
        found = patiently(lambda: self.admin.list_topics(topic, timeout=DEADLINE)).topics[topic]
        return [number for number, partition in sorted(found.partitions.items())
                if partition.leader >= 0]

    def produce(self, topic, records, more=lambda i: {}):
        """Writes (key, value) pairs by murmur2, as Java does; `more` gives headers and timestamp of
        the i-th one. All are acknowledged in the end, and those of a partition stand in the order
        given."""
        places = [None] * len(records)
        producer = self.producer()
        for i, (key, value) in enumerate(records):
            def placed(error, message, i=i):
                places[i] = None if error else (message.partition(), message.offset())
            self.send(producer, placed, topic=topic, key=key, value=value, **more(i))
        producer.flush(DEADLINE)
        if None in places:
            raise RuntimeError(f"{places.count(None)} records of topic '{topic}' not acknowledged")
        return places

    def producer(self):
        return Producer({**self.settings, "partitioner": "murmur2_random", "linger.ms": 5,
                         "enable.idempotence": True, "compression.type": "lz4"})

    @staticmethod
    def send(producer, report, **message):
        while True:
            try:
                producer.produce(on_delivery=report, **message)
                producer.poll(0)
                return
            except BufferError:  # the queue is full: delivery makes room
                producer.poll(0.1)

    def read(self, topic, starts=None):
        """Everything that is in a topic now, by partition and offset; `starts` are the offsets of
        the first records, where not 0."""
        last = {number: end - 1 for number, end in self.ends(topic).items()}
        reader = self.consumer("kasprc-test-reader")
        starts = starts or dict.fromkeys(last, 0)
        reader.assign([TopicPartition(topic, number, starts[number]) for number in last])
        messages, ended = [], set()
        deadline = time.monotonic() + DEADLINE
        while ended != set(last):
            if time.monotonic() > deadline:
                raise TimeoutError(f"topic '{topic}': only {len(messages)} records read")
            for message in reader.consume(10_000, 0.1):
                if message.error() is None:
                    messages.append(Message(message.partition(), message.offset(), message.key(),
                                            message.value(), message.headers() or [],
                                            message.timestamp()[1]))
                    if message.offset() >= last[message.partition()]:
                        ended.add(message.partition())  # while others write, there is no end
                elif message.error().code() == KafkaError._PARTITION_EOF:
                    ended.add(message.partition())
                else:
                    raise RuntimeError(f"topic '{topic}': {message.error()}")
        reader.close()
        return sorted(messages, key=lambda message: (message.partition, message.offset))

    def ends(self, topic):
        """partition -> the offset that the next record gets"""
        return {number: patiently(lambda place=TopicPartition(topic, number): self.reader
                                  .get_watermark_offsets(place, timeout=DEADLINE))[1]
                for number in self.partitions(topic)}

    def count(self, topic):
        return sum(self.ends(topic).values())

    def committed(self, group, topic):
        """partition -> the committed offset, 0 where there is none: the group starts there"""
        if group not in self.groups:
            self.groups[group] = self.consumer(group)
        wanted = [TopicPartition(topic, number) for number in self.partitions(topic)]
        found = patiently(lambda: self.groups[group].committed(wanted, timeout=DEADLINE))
        return {place.partition: max(place.offset, 0) for place in found}

    def done(self, group, topic):
        """Is everything in the topic committed?"""
        return self.committed(group, topic) == self.ends(topic)

    def members(self, group):
        """How many members a settled group has; 0 while it has none or rebalances."""
        found = patiently(lambda: self.admin.list_groups(group, timeout=DEADLINE))
        return sum(len(one.members) for one in found if one.state == "Stable")
