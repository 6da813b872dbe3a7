#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "base/check.h"
#include "bench/engines/kernel.h"
#include "bench/engines/operators.h"

namespace kaspr::bench {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

using Field = std::optional<element>;

// Reads into `text`. False: it is not there, or no string.
bool Read(const Field& field, std::string_view& text) {
  return field && field->get_string().get(text) == simdjson::SUCCESS;
}

bool Read(const Field& field, object& dict) {
  return field && field->get_object().get(dict) == simdjson::SUCCESS;
}

bool Read(const Field& field, array& list) {
  return field && field->get_array().get(list) == simdjson::SUCCESS;
}

bool Read(const Field& field, Number& number) {
  if (!field) return false;
  if (field->type() == element_type::DOUBLE) {
    number.is_int = false;
    return field->get_double().get(number.real) == simdjson::SUCCESS;
  }
  if (field->type() != element_type::INT64) return false;
  number.is_int = true;
  number.integer = int64_t{*field};
  number.real = static_cast<double>(number.integer);
  return true;
}

// A kernel reads with it, and keeps its memory from text to text.
class Parser {
 public:
  bool Parse(std::string_view text, element& root) {
    text_ = text;
    return parser_.parse(text.data(), text.size(), false).get(root) == simdjson::SUCCESS;
  }
  bool Parse(std::string_view text, object& root) {
    element any;
    return Parse(text, any) && any.get_object().get(root) == simdjson::SUCCESS;
  }
  // The text that was parsed, as json.dumps writes it.
  void Write(Wire& wire) const {
    const simdjson::internal::dom_parser_implementation& found = *parser_.implementation;
    wire.Document(text_, {found.structural_indexes.get(), found.n_structural_indexes + size_t{1}});
  }

 private:
  simdjson::dom::parser parser_;
  std::string_view text_;
};

class Echo final : public Kernel {
 public:
  bool Run(std::string_view text, Outbox& out) override {
    element root;
    if (!parser_.Parse(text, root)) return false;
    const Recorder record(out, 0);
    parser_.Write(out.wire);
    return true;
  }

 private:
  Parser parser_;
};

class Sparse final : public Kernel {
 public:
  bool Run(std::string_view text, Outbox& out) override {
    object root;
    if (!parser_.Parse(text, root)) return false;
    Field status, amount;
    for (const auto& [key, value] : root) {
      if (key == "status") status = value;
      if (key == "amount") amount = value;
    }
    std::string_view word;
    Number number;
    if (!Read(status, word) || word != "paid" || !amount) return true;
    if (!Read(amount, number)) return false;
    if (!IsAbove(number, 470)) return true;
    const Recorder record(out, 0);
    parser_.Write(out.wire);
    return true;
  }

 private:
  Parser parser_;
};

class Enrich final : public Kernel {
 public:
  bool Run(std::string_view text, Outbox& out) override {
    object root;
    if (!parser_.Parse(text, root)) return false;
    Field status, amount, qty, country, user_id;
    bool has_more = false;
    for (const auto& [key, value] : root) {
      if (key == "status") status = value;
      if (key == "amount") amount = value;
      if (key == "qty") qty = value;
      if (key == "country") country = value;
      if (key == "user_id") user_id = value;
      has_more |= key == "total" || key == "region";
    }
    std::string_view word, user, place;
    Number price, count, total;
    if (!Read(status, word) || word != "paid" || !amount) return true;
    if (!Read(amount, price)) return false;
    if (!IsAbove(price, 20)) return true;
    if (has_more || !Read(qty, count) || !Read(country, place) || !Read(user_id, user) ||
        !Multiply(price, count, total)) {
      return false;
    }
    Recorder record(out, 0);
    record.Key({user});
    parser_.Write(out.wire);
    out.wire.Chop();
    out.wire.Raw(R"(, "total": )");
    Write(total, out.wire);
    out.wire.Raw(IsEuropean(place) ? R"(, "region": "EU"})" : R"(, "region": "other"})");
    return true;
  }

 private:
  static bool IsEuropean(std::string_view place) {
    constexpr std::string_view kPlaces[] = {"DE", "ES", "IT", "CZ", "PT", "FR"};
    return std::ranges::find(kPlaces, place) != std::end(kPlaces);
  }

  Parser parser_;
};

class Chain final : public Kernel {
 public:
  bool Run(std::string_view text, Outbox& out) override {
    object root;
    if (!parser_.Parse(text, root)) return false;
    Field customer, amount, qty, country, tags, order_id, email;
    for (const auto& [key, value] : root) {
      if (key == "customer") customer = value;
      if (key == "amount") amount = value;
      if (key == "qty") qty = value;
      if (key == "country") country = value;
      if (key == "tags") tags = value;
      if (key == "order_id") order_id = value;
      if (key == "email") email = value;
    }
    object who;
    if (!Read(customer, who)) return false;
    Field tier, name, city;
    for (const auto& [key, value] : who) {
      if (key == "tier") tier = value;
      if (key == "name") name = value;
      if (key == "city") city = value;
    }
    std::string_view rank, place, called, town, id, address, tag;
    if (!Read(tier, rank)) return false;
    if (rank == "basic") return true;
    Number price, count, net;
    array labels;
    if (!Read(amount, price) || !Read(qty, count) || !Read(country, place) ||
        !Multiply(price, count, net)) {
      return false;
    }
    if (!IsAbove(net, 258)) return true;
    if (!Read(tags, labels)) return false;
    const array::iterator first = labels.begin();
    if (!(first != labels.end())) return true;
    const double gross = net.real + net.real * (place == "DE" ? 0.19 : 0.2);
    if (!Read(*first, tag) || !Read(name, called) || !Read(city, town) || !Read(order_id, id) ||
        !Read(email, address) || !Upper(id, upper_) || !Lower(Strip(address), lower_) ||
        !(gross < 1e15)) {
      return false;
    }
    const Recorder record(out, 0);
    Card(out.wire, called, town, place, rank, tag, gross);
    return true;
  }

 private:
  void Card(Wire& wire, std::string_view called, std::string_view town, std::string_view place,
            std::string_view rank, std::string_view tag, double gross) {
    wire.Raw(R"({"id": )");
    wire.String(upper_);
    wire.Raw(R"(, "email": )");
    wire.String(lower_);
    wire.Raw(R"(, "who": )");
    text_.assign(called).append(" (").append(town).append(")");
    wire.String(text_);
    wire.Raw(R"(, "label": )");
    text_.assign(place).append("-").append(rank);
    wire.String(text_);
    wire.Raw(R"(, "first_tag": )");
    wire.String(tag);
    wire.Raw(R"(, "gross": )");
    wire.Float(gross);
    wire.Raw(R"(, "cents": )");
    wire.Int(static_cast<int64_t>(gross * 100));
    wire.Raw("}");
  }

  Parser parser_;
  std::string upper_, lower_, text_;
};

class Project final : public Kernel {
 public:
  bool Run(std::string_view text, Outbox& out) override {
    object root, who, load;
    if (!parser_.Parse(text, root)) return false;
    Field order_id, customer, amount, payload, city, k7, k30, k59;
    for (const auto& [key, value] : root) {
      if (key == "order_id") order_id = value;
      if (key == "customer") customer = value;
      if (key == "amount") amount = value;
      if (key == "payload") payload = value;
    }
    if (!Read(customer, who) || !Read(payload, load)) return false;
    for (const auto& [key, value] : who) {
      if (key == "city") city = value;
    }
    for (const auto& [key, value] : load) {
      if (key == "k7") k7 = value;
      if (key == "k30") k30 = value;
      if (key == "k59") k59 = value;
    }
    std::string_view id, town, first, last;
    Number price, middle;
    if (!Read(order_id, id) || !Read(city, town) || !Read(k7, first) || !Read(k59, last) ||
        !Read(k30, middle) || !Read(amount, price) || !Upper(id, upper_)) {
      return false;
    }
    const Recorder record(out, 0);
    Wire& wire = out.wire;
    wire.Raw(R"({"id": )");
    wire.String(upper_);
    wire.Raw(R"(, "city": )");
    wire.String(town);
    wire.Raw(R"(, "first": )");
    wire.String(first);
    wire.Raw(R"(, "load": )");
    Write(middle, wire);
    wire.Raw(R"(, "last": )");
    wire.String(last);
    wire.Raw(IsAbove(price, 100) ? R"(, "size": "large"})" : R"(, "size": "small"})");
    return true;
  }

 private:
  Parser parser_;
  std::string upper_;
};

class FanOut final : public Kernel {
 public:
  bool Run(std::string_view text, Outbox& out) override {
    object root;
    if (!parser_.Parse(text, root)) return false;
    Field user_id, order_id, email, country, status, amount;
    for (const auto& [key, value] : root) {
      if (key == "user_id") user_id = value;
      if (key == "order_id") order_id = value;
      if (key == "email") email = value;
      if (key == "country") country = value;
      if (key == "status") status = value;
      if (key == "amount") amount = value;
    }
    std::string_view user, order, to, place, channel;
    Number price;
    if (!Read(user_id, user) || !Read(order_id, order) || !Read(email, to) ||
        !Read(country, place) || !Read(status, channel) || !Read(amount, price)) {
      return false;
    }
    constexpr std::string_view kStates[] = {"paid", "open", "void"};
    const auto* state = std::ranges::find(kStates, channel);
    if (state == std::end(kStates)) return false;
    Email(out, user, to, order);
    Push(out, user, order);
    Audit(out, user, order, place);
    Recorder record(out, 3 + static_cast<uint32_t>(state - kStates));
    record.Key({channel, "-", user});
    out.wire.Raw(R"({"amount": )");
    Write(price, out.wire);
    out.wire.Raw("}");
    return true;
  }

 private:
  static void Email(Outbox& out, std::string_view user, std::string_view to,
                    std::string_view order) {
    Recorder record(out, 0);
    record.Key({"email-", user});
    out.wire.Raw(R"({"to": )");
    out.wire.String(to);
    out.wire.Raw(R"(, "order": )");
    out.wire.String(order);
    out.wire.Raw("}");
  }
  static void Push(Outbox& out, std::string_view user, std::string_view order) {
    Recorder record(out, 1);
    record.Key({"push-", user});
    out.wire.Raw(R"({"order": )");
    out.wire.String(order);
    out.wire.Raw("}");
  }
  static void Audit(Outbox& out, std::string_view user, std::string_view order,
                    std::string_view place) {
    Recorder record(out, 2);
    record.Key({"audit-", user});
    out.wire.Raw(R"({"order": )");
    out.wire.String(order);
    out.wire.Raw(R"(, "country": )");
    out.wire.String(place);
    out.wire.Raw("}");
  }

  Parser parser_;
};

// sum() as CPython has it up to 3.11.
class Stats final : public Kernel {
 public:
  bool Run(std::string_view text, Outbox& out) override {
    object root;
    array values;
    if (!parser_.Parse(text, root)) return false;
    Field list;
    for (const auto& [key, value] : root) {
      constexpr std::string_view kMade[] = {"count", "sum", "min", "max", "mean", "alarm"};
      if (std::ranges::find(kMade, key) != std::end(kMade)) return false;
      if (key == "values") {
        list = value;
      } else if (value.type() != element_type::STRING) {
        return false;
      }
    }
    if (!Read(list, values)) return false;
    Sums sums;
    for (const element value : values) {
      if (value.type() != element_type::DOUBLE) return false;
      sums.Add(double{value});
    }
    if (sums.count == 0 || !(std::abs(sums.sum) < 1e15)) return false;
    Write(root, sums, out);
    return true;
  }

 private:
  struct Sums {
    int64_t count = 0;
    double sum = 0, least = HUGE_VAL, most = -HUGE_VAL;
    void Add(double value) {
      if (!(value >= 0)) return;
      ++count;
      sum += value;
      least = std::min(least, value);
      most = std::max(most, value);
    }
  };

  static void Write(const object& root, const Sums& sums, Outbox& out) {
    const Recorder record(out, 0);
    Wire& wire = out.wire;
    wire.Raw("{");
    for (const auto& [key, value] : root) {
      if (key == "values") continue;
      wire.String(key);
      wire.Raw(": ");
      wire.String(std::string_view(value));
      wire.Raw(", ");
    }
    wire.Raw(R"("count": )");
    wire.Int(sums.count);
    wire.Raw(R"(, "sum": )");
    wire.Float(sums.sum);
    wire.Raw(R"(, "min": )");
    wire.Float(sums.least);
    wire.Raw(R"(, "max": )");
    wire.Float(sums.most);
    wire.Raw(R"(, "mean": )");
    wire.Float(RoundTo2(sums.sum / static_cast<double>(sums.count)));
    wire.Raw(sums.most > 99.9 ? R"(, "alarm": true})" : R"(, "alarm": false})");
  }

  Parser parser_;
};

template <class T>
std::unique_ptr<Kernel> Make() {
  return std::make_unique<T>();
}

constexpr struct {
  std::string_view spec;
  std::unique_ptr<Kernel> (*make)();
} kKernels[] = {
    {"w1", Make<Echo>},       {"sparse", Make<Sparse>}, {"w2", Make<Enrich>},
    {"w3", Make<Enrich>},     {"w4", Make<Chain>},      {"project", Make<Project>},
    {"fanout", Make<FanOut>}, {"stats", Make<Stats>},
};

}  // namespace

std::unique_ptr<Kernel> MakeKernel(std::string_view spec) {
  for (const auto& [name, make] : kKernels) {
    if (name == spec) return make();
  }
  KASPR_CHECK(false, "no kernel for the spec");
}

}  // namespace kaspr::bench
