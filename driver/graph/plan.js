// One of the two plans as elements: what is drawn of topics and agents, and where.

const LEAST_ZOOM = 0.8;  // smaller text is no text

class Plan {
  constructor(name, scroll) {
    this.name = name;
    this.plan = app[name];
    this.things = new Map();   // id -> what the panel shows of it
    this.buttons = new Map();  // id -> button
    this.incoming = grouped(this.plan.edges, "to");
    this.outgoing = grouped(this.plan.edges, "from");
    this.canvas = make("div", "canvas");
    this.scroll = scroll;
    scroll.append(this.canvas);
    this.boxes = [];
    this.boxOf = new Map();    // id of anything drawn -> its box
    for (const topic of this.plan.topics) if (!topic.internal) this.addTopic(topic);
    for (const agent of this.plan.agents) this.addAgent(agent);
  }

  button(id, thing, classes, ...content) {
    const button = make("button", `node ${classes}`, ...content);
    button.type = "button";
    button.dataset.id = id;
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", "panel");
    button.addEventListener("click", () => toggle(this, id));
    this.things.set(id, thing);
    this.buttons.set(id, button);
    return button;
  }

  addBox(element, ids, agent) {
    const box = { element, agent, hangs: Boolean(agent) };
    this.canvas.append(element);
    this.boxes.push(box);
    for (const id of ids) this.boxOf.set(id, box);
  }

  topicButton(topic) {
    const kind = { topic: "topic", channel: "channel", pattern: "topics that match", chosen: "topics" }[topic.kind];
    const name = topic.kind === "pattern" ? topic.name : topic.label;
    return this.button(topic.id, { topic, keys: [`topic ${topic.kind} ${topic.label}`] }, "",
      make("span", "kind", kind), " ", make("span", "name", name));
  }

  addTopic(topic) {
    const shape = topic.kind === "channel" ? "channel" : "topic";
    const several = topic.kind === "topic" || topic.kind === "channel" ? "" : " several";
    this.addBox(make("div", `box ${shape}${several}`, this.topicButton(topic)), [topic.id]);
  }

  nodeButton(agent, node, name = node.name) {
    const own = `${agent.name} ${node.kind} ${node.name}`;
    const keys = (node.steps || []).map((step) => `${agent.name} ${step.kind} ${step.name}`);
    const badge = make("span", "badge", node.engine);
    const content = [make("span", "head", make("span", "kind", node.kind), " ", make("span", "name", name)),
      ...node.label.map((label) => make("span", "label", label))];
    // Beside the name, or, where room is scarce, below all.
    content.splice(isOutput(node) ? content.length : 0, 0, badge);
    return this.button(node.id, { agent, node, keys: keys.length > 0 ? keys : [own] },
      node.engine, ...content);
  }

  // The fields on the ways into and out of a node.
  flow(verb, fields) {
    return fields.length > 0 ? [make("p", "flow", make("span", "kind", verb), ` ${fields.join(" ")}`)] : [];
  }

  // What stands on the way into a node, itself, and what stands on the way out.
  withFlow(agent, node, element) {
    const fields = node.functions.length > 0 && !node.steps ? fieldsOf(agent, node) : { reads: [], writes: [] };
    if (fields === null) return [...this.flow("fields", ["unknown"]), element];
    return [...this.flow("reads", fields.reads), element, ...this.flow("writes", fields.writes)];
  }

  // An operation; behind a group-by the topic that it goes through.
  addOperation(agent, node, steps) {
    const button = this.nodeButton(agent, node, isNamed(node) ? node.name : "");
    if (!node.steps) {
      steps.append(...this.withFlow(agent, node, button));
    } else {
      button.classList.remove(node.engine);
      const stage = make("div", "stage", button);
      for (const step of node.steps) {
        stage.append(...this.withFlow(agent, step, make("div", "step", this.nodeButton(agent, step))));
      }
      steps.append(stage);
    }
    if (node.kind !== "group-by") return;
    for (const { to } of this.outgoing.get(node.id) || []) {
      const topic = this.plan.topics.find((one) => one.id === to);
      if (topic && topic.internal) steps.append(make("div", "topic", this.topicButton(topic)));
    }
  }

  addAgent(agent) {
    const known = agentNamed.get(agent.name);
    const card = make("div", "box agent",
      this.button(agent.id, { agent, keys: [`agent ${agent.name}`] }, "",
        make("span", "kind", "agent"), " ", make("span", "name", agent.name),
        ...known.attributes.map((text) => make("span", "label", text))));
    const steps = make("div", "steps");
    const outs = make("div", "outs");
    for (const node of agent.nodes) {
      if (isOutput(node)) {
        outs.append(make("div", "out", ...this.withFlow(agent, node, this.nodeButton(agent, node))));
      } else {
        this.addOperation(agent, node, steps);
      }
    }
    if (this.outgoing.has(agent.id)) {
      outs.append(this.button(`${agent.id}_failed`, { agent, keys: [`failed ${agent.name}`] }, "plain",
        make("span", "kind", "failed records")));
    }
    card.append(steps, outs);
    this.addBox(card, [agent.id, ...agent.nodes.flatMap((node) =>
      [node.id, ...(node.steps || []).map((step) => step.id)])], agent);
  }

  // A link for each edge between two boxes.
  linksOf() {
    const sides = new Map();
    const links = [];
    for (const edge of this.plan.edges) {
      const from = this.boxOf.get(edge.from), to = this.boxOf.get(edge.to);
      if (!from || !to || from === to) continue;
      const link = { edge, from, to, fromX: 0, fromY: from.height, sideX: null };
      if (from.agent) this.leave(link, sides);
      links.push(link);
    }
    return links;
  }

  // Outputs leave at the foot of their agent, below themselves; operations that send, at its side.
  leave(link, sides) {
    const id = link.edge.from === link.from.agent.id ? `${link.edge.from}_failed` : link.edge.from;
    const outer = link.from.element.getBoundingClientRect();
    const inner = this.buttons.get(id).getBoundingClientRect();
    if (this.buttons.get(id).closest(".outs")) {
      link.fromX = (inner.left + inner.right) / 2 - (outer.left + outer.right) / 2;
      link.fromY = inner.bottom - outer.top;
      return;
    }
    const taken = sides.get(link.from) || 0;
    sides.set(link.from, taken + 1);
    link.sideX = inner.right - (outer.left + outer.right) / 2;
    link.fromX = outer.width / 2 + 12 + taken * GAP.lane;
    link.fromY = (inner.top + inner.bottom) / 2 - outer.top;
    link.from.width = Math.max(link.from.width, 2 * (link.fromX + 6));
  }

  // Once it can be measured: what is not shown has no size.
  show() {
    if (this.drawn || this.canvas.offsetParent === null) return;
    this.drawn = true;
    if (this.boxes.length === 0) return;
    for (const box of this.boxes) {
      box.width = box.span = box.element.offsetWidth;
      box.height = box.element.offsetHeight;
    }
    this.links = this.linksOf();
    const size = layOut(this.boxes, this.links);
    for (const { element, span, x, y } of this.boxes) {
      element.style.left = `${x - span / 2}px`;
      element.style.top = `${y}px`;
    }
    this.canvas.style.width = `${size.width}px`;
    this.canvas.style.height = `${size.height}px`;
    this.canvas.append(this.picture(size));
    this.width = size.width;
    this.fit();
    if (this.placed) return;
    this.placed = true;
    const first = this.boxes[0].element.getBoundingClientRect();
    const outer = this.scroll.getBoundingClientRect();
    this.scroll.scrollLeft += (first.left + first.right - outer.left - outer.right) / 2;
  }

  // Anew, after what is in boxes came or went.
  redraw() {
    this.canvas.querySelector("svg")?.remove();
    this.canvas.style.zoom = 1;
    this.drawn = false;
    this.show();
  }

  fit() {
    if (!this.drawn || this.scroll.clientWidth === 0) return;
    this.canvas.style.zoom = Math.min(1, Math.max(LEAST_ZOOM, this.scroll.clientWidth / this.width));
  }

  picture({ width, height }) {
    const svg = draw("svg", { width, height, "aria-hidden": "true" });
    for (const which of ["far", "near"]) {
      const marker = draw("marker", { id: `${this.name}-${which}`, class: which, viewBox: "0 0 10 10",
        refX: 9, refY: 5, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" });
      marker.append(draw("path", { d: "M0 1L10 5L0 9z" }));
      svg.append(marker);
    }
    for (const link of this.links) {
      link.element = draw("path", { d: link.path, class: `edge${link.back ? " back" : ""}`,
        "data-from": link.edge.from, "data-to": link.edge.to });
      this.touch(link, false);
      svg.append(link.element);
    }
    return svg;
  }

  // Scrolls to what the panel shows, which may cover it; in the other plan to its twin, sideways
  // only.
  reveal(keys, id, chosen) {
    const twin = [...this.things.keys()].find((other) => this.things.get(other).keys.some((key) => keys.includes(key)));
    const button = this.buttons.get(chosen ? id : twin);
    if (!button) return;
    const inner = button.getBoundingClientRect(), outer = this.scroll.getBoundingClientRect();
    const sheet = getComputedStyle(panel).position === "fixed";
    const floor = sheet ? panel.getBoundingClientRect().top : window.innerHeight;
    if (chosen && (inner.top < 12 || inner.bottom > floor - 12)) {
      window.scrollBy(0, (inner.top + inner.bottom - floor) / 2);
    }
    if (inner.left >= outer.left && inner.right <= outer.right) return;
    this.scroll.scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
  }

  touch(link, near) {
    link.element.classList.toggle("near", near);
    link.element.setAttribute("marker-end", `url(#${this.name}-${near ? "near" : "far"})`);
  }

  // Marks a button as what the panel shows, the same things in this plan, and their links.
  mark(id, keys) {
    for (const [other, button] of this.buttons) {
      const thing = this.things.get(other);
      button.classList.toggle("chosen", other === id);
      button.classList.toggle("twin", other !== id && thing.keys.some((key) => keys.includes(key)));
      button.setAttribute("aria-expanded", String(other === id));
    }
    const whole = id !== null && (this.things.get(id).topic || !this.things.get(id).node);
    for (const link of this.links || []) {
      const ends = [link.edge.from, link.edge.to];
      const box = whole && !id.endsWith("_failed") && [link.from, link.to].includes(this.boxOf.get(id));
      this.touch(link, id !== null && (ends.includes(id.replace("_failed", "")) || Boolean(box)));
    }
  }
}
