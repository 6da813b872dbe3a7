#include "runtime/kafka/properties.h"

#include <algorithm>

namespace kaspr::runtime {

namespace {

using enum Property::Of;

constexpr Property kProperties[] = {
    {"allow.auto.create.topics", kConsumer},
    {"auto.offset.reset", kConsumer},
    {"batch.num.messages", kProducer},
    {"batch.size", kProducer},
    {"broker.address.family"},
    {"broker.address.ttl"},
    {"check.crcs", kConsumer},
    {"client.dns.lookup"},
    {"client.id"},
    {"client.rack"},
    {"compression.codec", kProducer},
    {"compression.level", kProducer},
    {"compression.type", kProducer},
    {"connections.max.idle.ms"},
    {"debug"},
    {"fetch.error.backoff.ms", kConsumer},
    {"fetch.max.bytes", kConsumer},
    {"fetch.message.max.bytes", kConsumer},
    {"fetch.min.bytes", kConsumer},
    {"fetch.wait.max.ms", kConsumer},
    {"group.instance.id", kConsumer},
    {"heartbeat.interval.ms", kConsumer},
    {"isolation.level", kConsumer},
    {"linger.ms", kProducer},
    {"log_level"},
    {"max.in.flight"},
    {"max.in.flight.requests.per.connection"},
    {"max.partition.fetch.bytes", kConsumer},
    {"max.poll.interval.ms", kConsumer},
    {"message.copy.max.bytes"},
    {"message.max.bytes"},
    {"metadata.max.age.ms"},
    {"queue.buffering.max.kbytes", kProducer},
    {"queue.buffering.max.messages", kProducer},
    {"queue.buffering.max.ms", kProducer},
    {"receive.message.max.bytes"},
    {"reconnect.backoff.max.ms"},
    {"reconnect.backoff.ms"},
    {"request.timeout.ms", kProducer},
    {"retry.backoff.max.ms", kProducer},
    {"retry.backoff.ms", kProducer},
    {"sasl.kerberos.keytab"},
    {"sasl.kerberos.min.time.before.relogin"},
    {"sasl.kerberos.principal"},
    {"sasl.kerberos.service.name"},
    {"sasl.mechanism"},
    {"sasl.mechanisms"},
    {"sasl.password"},
    {"sasl.username"},
    {"security.protocol"},
    {"session.timeout.ms", kConsumer},
    {"socket.blocking.max.ms"},
    {"socket.connection.setup.timeout.ms"},
    {"socket.keepalive.enable"},
    {"socket.max.fails"},
    {"socket.nagle.disable"},
    {"socket.receive.buffer.bytes"},
    {"socket.send.buffer.bytes"},
    {"socket.timeout.ms"},
    {"ssl.ca.certificate.stores"},
    {"ssl.ca.location"},
    {"ssl.ca.pem"},
    {"ssl.certificate.location"},
    {"ssl.certificate.pem"},
    {"ssl.cipher.suites"},
    {"ssl.crl.location"},
    {"ssl.curves.list"},
    {"ssl.endpoint.identification.algorithm"},
    {"ssl.key.location"},
    {"ssl.key.password"},
    {"ssl.key.pem"},
    {"ssl.keystore.location"},
    {"ssl.keystore.password"},
    {"ssl.sigalgs.list"},
    {"sticky.partitioning.linger.ms", kProducer},
    {"topic.metadata.propagation.max.ms"},
    {"topic.metadata.refresh.fast.interval.ms"},
    {"topic.metadata.refresh.interval.ms"},
    {"topic.metadata.refresh.sparse"},
};

bool Before(const Property& property, std::string_view name) {
  return property.name < name;
}

}  // namespace

std::span<const Property> Properties() {
  return kProperties;
}

const Property* FindProperty(std::string_view name) {
  const auto found = std::lower_bound(std::begin(kProperties), std::end(kProperties), name, Before);
  return found != std::end(kProperties) && found->name == name ? found : nullptr;
}

}  // namespace kaspr::runtime
