#include "runtime/kafka/config.h"

#include <gtest/gtest.h>

#include "runtime/kafka/properties.h"

namespace kaspr::runtime {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(KafkaConfig, SaysWhyAPropertyCannotBeSet) {
  const struct {
    std::string_view name;
    std::string_view why;
  } rows[] = {
      {"linger.ms", ""},
      {"sasl.password", ""},
      {"linger", "'linger' is no property that can be set; did you mean 'linger.ms'?"},
      {"group.id", "'group.id' cannot be set: the app is the consumer group: give --app"},
      {"plugin.library.paths", "'plugin.library.paths' cannot be set: it loads code"},
      {"sasl.kerberos.kinit.cmd", "'sasl.kerberos.kinit.cmd' cannot be set: it runs a command"},
      {"ssl.engine.location", "'ssl.engine.location' is no property that can be set"},
      {"", "'' is no property that can be set"},
  };
  for (const auto& row : rows) EXPECT_EQ(RefuseProperty(row.name), row.why) << row.name;
}

TEST(KafkaConfig, ReadsAFileOfProperties) {
  Pairs properties;
  EXPECT_EQ(ReadProperties("# secure\r\nsecurity.protocol = SSL\r\n\n  ssl.ca.location=/a b=c\n"
                           "client.rack=",
                           properties),
            "");
  EXPECT_EQ(
      properties,
      (Pairs{{"security.protocol", "SSL"}, {"ssl.ca.location", "/a b=c"}, {"client.rack", ""}}));
}

TEST(KafkaConfig, SaysAtWhichLineAFileIsWrong) {
  Pairs properties;
  EXPECT_EQ(ReadProperties("\nlinger.ms\n", properties), "2: 'linger.ms' is not name=value");
  EXPECT_EQ(ReadProperties("acks=1", properties),
            "1: 'acks' cannot be set: an output counts as delivered when all in-sync replicas "
            "have it");
}

TEST(KafkaConfig, SaysWhichValueIsWrong) {
  const KafkaOptions good{.brokers = "localhost:9092",
                          .group = "shop",
                          .properties = {{"linger.ms", "20"}, {"fetch.min.bytes", "100"}}};
  EXPECT_EQ(CheckValues(good), "");
  const KafkaOptions bad{
      .brokers = "localhost:9092", .group = "shop", .properties = {{"session.timeout.ms", "soon"}}};
  EXPECT_NE(CheckValues(bad).find("'session.timeout.ms'"), std::string::npos) << CheckValues(bad);
}

TEST(KafkaConfig, PropertiesAreSorted) {
  for (size_t i = 1; i < Properties().size(); ++i) {
    EXPECT_LT(Properties()[i - 1].name, Properties()[i].name);
  }
}

}  // namespace
}  // namespace kaspr::runtime
