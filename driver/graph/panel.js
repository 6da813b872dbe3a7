// What the panel says of a thing: lists of elements.

function listOf(texts) {
  return make("ul", "", ...texts.map((text) => make("li", "", text)));
}

function placeOf(thing) {
  return thing.file ? `${thing.file}:${thing.line}` : "";
}

function remarkText(remark) {
  const where = remark.line ? `line ${remark.line}: ` : "";
  return `${where}${remark.severity} ${remark.code}: ${remark.message}`;
}

function programOf(one) {
  const lines = one.python.replace(/\n$/, "").split("\n");
  const pre = make("pre", "code", ...lines.map((text, i) => {
    const line = make("span", "line", text);
    if (i < one.lines.length) line.dataset.line = one.lines[i];
    return line;
  }));
  pre.tabIndex = 0;
  pre.setAttribute("aria-label", `Python of ${one.name}`);
  return pre;
}

function irOf(text, label) {
  const ir = make("pre", "ir", text);
  ir.tabIndex = 0;
  ir.setAttribute("aria-label", label);
  return ir;
}

// What a function does to its value, and what may come of it.
function effectsOf(one) {
  if (one.reads === null) return make("p", "quiet", "What it reads, writes and may raise is unknown.");
  const list = (items) => (items.length > 0 ? items.join(" ") : "nothing");
  const rows = [["Reads", list([...spelledOut(one.reads), ...(one.event ? ["the event"] : [])])], ["Writes", list(spelledOut(one.writes))],
    ["May raise", list(one.raises)]];
  if (one.returns_argument) rows.push(["Returns", "its argument"]);
  return make("dl", "effects", ...rows.flatMap(([name, text]) => [make("dt", "", name), make("dd", "", text)]));
}

function whyOf(one) {
  if (one.reason) return `Runs in Python: ${one.reason}`;
  return one.calls_python.length > 0 ? `Native, but calls in Python: ${one.calls_python.join(", ")}` : "It needs no CPython.";
}

function aboutFunction(one) {
  const parts = [make("h3", "", one.name, make("span", "quiet", ` – ${one.role}, ${placeOf(one)}`)), programOf(one)];
  parts.push(make("p", "why", whyOf(one)));
  parts.push(effectsOf(one));
  if (one.expr) parts.push(make("h3", "", `${one.name} translated`), irOf(one.expr, `IR of ${one.name}`));
  if (one.per_call) parts.push(make("p", "quiet", "This block runs again for every call."));
  if (one.remarks.length > 0) parts.push(make("h3", "", "Remarks"), listOf(one.remarks.map(remarkText)));
  return parts;
}

function aboutNode({ agent, node }) {
  const program = functionsOf.get(agent.name);
  const names = new Set(node.functions);
  const remarks = agentNamed.get(agent.name).remarks;
  const why = { python: "calls Python", llvm: "calls what needs no CPython", native: "calls no function" }[node.engine];
  const parts = [
    make("p", "", make("span", `engine ${node.engine}`, node.engine), ` ${why}`),
    make("p", "quiet", `${node.kind} of agent ${agent.name}, ${placeOf(node)}`)];
  if (node.label.length > 0) parts.push(listOf(node.label));
  if (node.steps) {
    parts.push(make("h3", "", "One stage"), listOf(node.steps.map((step) => `${step.kind} ${step.name}`)));
  }
  for (const name of names) parts.push(...aboutFunction(program.get(name)));
  parts.push(make("h3", "", "IR"), irOf(node.ir, "IR"));
  if (remarks.length > 0 && !isOutput(node) && node.kind !== "input") {
    parts.push(make("h3", "", "Remarks of passes on this agent"),
      listOf(remarks.map((remark) => `${remark.pass}: ${remark.message}`)));
  }
  return parts;
}

function aboutAgent({ agent }) {
  const known = agentNamed.get(agent.name);
  const parts = [make("p", "quiet", placeOf(known))];
  if (known.attributes.length > 0) parts.push(listOf(known.attributes));
  if (known.init) parts.push(...aboutFunction(functionsOf.get(agent.name).get(known.init)));
  if (known.remarks.length > 0) {
    parts.push(make("h3", "", "Remarks of passes"),
      listOf(known.remarks.map((remark) => `${remark.pass}: ${remark.message}`)));
  }
  return parts;
}

// The agents at the other ends of edges, in a sentence.
function aboutTopic({ topic }, plan) {
  const owners = (edges, end) => [...new Set((edges || []).map((edge) => plan.boxOf.get(edge[end]))
    .filter((box) => box && box.agent).map((box) => box.agent.name))];
  const sentence = (word, names) => make("p", "", `${word} ${names.length > 0 ? names.join(", ") : "no agent of the app"}`);
  const parts = [
    sentence("Written by", owners(plan.incoming.get(topic.id), "from")),
    sentence("Read by", owners(plan.outgoing.get(topic.id), "to"))];
  if (topic.internal) parts.push(make("p", "quiet", "A topic of the app's own, for a group-by."));
  if (topic.declared) {
    parts.push(make("h3", "", "Declared", make("span", "quiet", ` – ${placeOf(topic)}`)), listOf(topic.declared));
  }
  return parts;
}

function titleOf({ agent, node, topic }, id) {
  if (topic) return `${{ topic: "topic ", channel: "channel ", pattern: "", chosen: "topics " }[topic.kind]}${topic.label}`;
  if (id.endsWith("_failed")) return `failed records of ${agent.name}`;
  if (!node) return `agent ${agent.name}`;
  return `${node.kind} ${isNamed(node) ? node.name : `of ${agent.name}`}`;
}
