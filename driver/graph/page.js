"use strict";
(() => {
  const app = JSON.parse(document.getElementById("data").textContent);
  const panel = document.getElementById("panel");
  const main = document.querySelector("main");
  const SVG = "http://www.w3.org/2000/svg";

  // All text is set as text: names and programs are the users'.
  function make(tag, classes, ...content) {
    const element = document.createElement(tag);
    element.className = classes;
    element.append(...content);
    return element;
  }

  function draw(tag, attributes) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  // Of the entries with a key, those of each key.
  function grouped(list, key) {
    const groups = new Map();
    for (const item of list) {
      if (!groups.has(item[key])) groups.set(item[key], []);
      groups.get(item[key]).push(item);
    }
    return groups;
  }

  const isNamed = (node) => node.kind !== "input" && node.kind !== "stage";  // by the user
  const isOutput = (node) => ["output", "channel", "sink"].includes(node.kind);
  const functionsOf = new Map(app.agents.map((agent) =>
    [agent.name, new Map(agent.functions.map((one) => [one.name, one]))]));
  const agentNamed = new Map(app.agents.map((agent) => [agent.name, agent]));

  // ---- Layout: boxes in layers from top to bottom, links between them.

  const GAP = { across: 20, down: 54, lane: 9, arrow: 10 };
  const LEAST_ZOOM = 0.8;  // smaller text is no text

  // Each box behind those that lead to it; where a cycle leaves none, the first one goes.
  function inFlowOrder(boxes, links) {
    const before = new Map(boxes.map((box) => [box, new Set()]));
    for (const { from, to } of links) if (from !== to) before.get(to).add(from);
    const order = new Map();
    const waiting = new Set(boxes);
    while (waiting.size > 0) {
      let next = null;
      for (const box of waiting) {
        if ([...before.get(box)].every((one) => order.has(one))) { next = box; break; }
      }
      next = next || waiting.values().next().value;
      waiting.delete(next);
      order.set(next, order.size);
    }
    return order;
  }

  function assignLayers(boxes, links) {
    const order = inFlowOrder(boxes, links);
    for (const link of links) link.back = order.get(link.from) >= order.get(link.to);
    const forward = links.filter((link) => !link.back);
    const into = new Map(boxes.map((box) => [box, []]));
    const out = new Map(boxes.map((box) => [box, []]));
    for (const link of forward) {
      into.get(link.to).push(link.from);
      out.get(link.from).push(link.to);
    }
    for (const box of order.keys()) {
      box.layer = Math.max(0, ...into.get(box).map((one) => one.layer + 1));
    }
    // What nothing leads to stands right above its first reader.
    for (const box of boxes) {
      if (into.get(box).length > 0 || out.get(box).length === 0) continue;
      box.layer = Math.min(...out.get(box).map((one) => one.layer)) - 1;
    }
    return forward;
  }

  // Items of each layer: boxes, and a place for each link that only passes.
  function makeLayers(boxes, forward) {
    const layers = [];
    const add = (item, layer) => {
      while (layers.length <= layer) layers.push([]);
      layers[layer].push(item);
      return item;
    };
    const items = new Map();
    for (const box of boxes) {
      items.set(box, add({ box, width: box.width, height: box.height, above: [], below: [] }, box.layer));
    }
    for (const link of forward) {
      let last = items.get(link.from);
      let offset = link.fromX;
      link.items = [];
      for (let layer = link.from.layer + 1; layer <= link.to.layer; ++layer) {
        const item = layer === link.to.layer ? items.get(link.to)
          : add({ box: null, width: 2, height: 0, above: [], below: [] }, layer);
        last.below.push({ item, offset });
        item.above.push({ item: last, offset });
        link.items.push(item);
        last = item;
        offset = 0;
      }
    }
    return layers;
  }

  // Sets x of the items, in their order and apart from each other, as near as can be to `wanted`
  // (least squares: neighbours that would overlap move as one block).
  function place(layer, wanted) {
    const blocks = [];
    let shift = 0;
    layer.forEach((item, i) => {
      if (i > 0) shift += (layer[i - 1].width + item.width) / 2 + GAP.across;
      item.shift = shift;
      let block = { sum: wanted.get(item) - shift, count: 1, items: [item] };
      while (blocks.length > 0 && blocks.at(-1).sum / blocks.at(-1).count > block.sum / block.count) {
        const left = blocks.pop();
        block = { sum: left.sum + block.sum, count: left.count + block.count, items: left.items.concat(block.items) };
      }
      blocks.push(block);
    });
    for (const block of blocks) {
      for (const item of block.items) item.x = block.sum / block.count + item.shift;
    }
  }

  function sweep(layer, side, sorted) {
    const wanted = new Map(layer.map((item) => {
      const places = item[side].map(({ item: other, offset }) =>
        side === "above" ? other.x + offset : other.x - offset);
      return [item, places.length > 0 ? places.reduce((a, b) => a + b) / places.length : item.x];
    }));
    if (sorted) layer.sort((a, b) => wanted.get(a) - wanted.get(b));
    place(layer, wanted);
  }

  // Gives each box its x and y, each link its path, and says how large the whole is.
  function layOut(boxes, links) {
    const forward = assignLayers(boxes, links);
    const layers = makeLayers(boxes, forward);
    for (const layer of layers) place(layer, new Map(layer.map((item) => [item, 0])));
    for (let round = 0; round < 12; ++round) {
      const sorted = round < 8;
      for (let i = 1; i < layers.length; ++i) sweep(layers[i], "above", sorted);
      for (let i = layers.length - 2; i >= 0; --i) sweep(layers[i], "below", sorted);
    }
    const all = layers.flat();
    const left = Math.min(...all.map((item) => item.x - item.width / 2)) - 20;
    let right = Math.max(...all.map((item) => item.x + item.width / 2)) - left + 20;
    let top = links.some((link) => link.back) ? 32 : 12;
    const tops = [], bottoms = [];
    for (const layer of layers) {
      const height = Math.max(...layer.map((item) => item.height));
      for (const item of layer) {
        item.x -= left;
        if (item.box === null) continue;
        item.box.x = item.x;
        item.box.y = top + (item.box.agent ? 0 : (height - item.height) / 2);
      }
      tops.push(top);
      bottoms.push(top + height);
      top += height + GAP.down;
    }
    for (const link of forward) link.path = forwardPath(link, tops, bottoms);
    for (const link of links.filter((one) => one.back)) {
      link.path = backPath(link, right, bottoms);
      right += GAP.lane;
    }
    return { width: right + 12, height: bottoms.at(-1) + 24 };
  }

  // From a foot, or a right side, to where it goes down.
  function startOf(link) {
    const { from } = link;
    const x = from.x + link.fromX;
    const y = from.y + link.fromY;
    return { x, text: link.sideX === null ? `M${x} ${y}` : `M${from.x + link.sideX} ${y}H${x - 6}q6 0 6 6` };
  }

  function forwardPath(link, tops, bottoms) {
    let { x, text } = startOf(link);
    let layer = link.from.layer;
    for (const item of link.items) {
      const middle = (bottoms[layer] + tops[layer + 1] - GAP.arrow) / 2;
      ++layer;
      const end = tops[layer] - GAP.arrow;
      text += `V${bottoms[layer - 1]}C${x} ${middle} ${item.x} ${middle} ${item.x} ${end}`;
      x = item.x;
    }
    return `${text}V${link.to.y - 1}`;
  }

  // Around the right of everything.
  function backPath(link, lane, bottoms) {
    const { x, text } = startOf(link);
    const down = bottoms[link.from.layer] + 16;
    const up = link.to.y - 18;
    const to = link.to.x;
    return `${text}V${down - 8}q0 8 8 8H${lane - 8}q8 0 8 -8V${up + 8}q0 -8 -8 -8H${to + 8}q-8 0 -8 8V${link.to.y - 1}`;
  }

  // ---- What is drawn.

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
      const box = { element, agent };
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

    // An operation; behind a group-by the topic that it goes through.
    addOperation(agent, node, steps) {
      const button = this.nodeButton(agent, node, isNamed(node) ? node.name : "");
      if (!node.steps) {
        steps.append(button);
      } else {
        button.classList.remove(node.engine);
        const stage = make("div", "stage", button);
        for (const step of node.steps) stage.append(make("div", "step", this.nodeButton(agent, step)));
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
          outs.append(this.nodeButton(agent, node));
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
        box.width = box.element.offsetWidth;
        box.height = box.element.offsetHeight;
      }
      this.links = this.linksOf();
      const size = layOut(this.boxes, this.links);
      for (const { element, x, y } of this.boxes) {
        element.style.left = `${x - element.offsetWidth / 2}px`;
        element.style.top = `${y}px`;
      }
      this.canvas.style.width = `${size.width}px`;
      this.canvas.style.height = `${size.height}px`;
      this.canvas.append(this.picture(size));
      this.width = size.width;
      this.fit();
      const first = this.boxes[0].element.getBoundingClientRect();
      const outer = this.scroll.getBoundingClientRect();
      this.scroll.scrollLeft += (first.left + first.right - outer.left - outer.right) / 2;
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

  // ---- The panel.

  let opened = null;  // {plan, id}

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

  function aboutFunction(one) {
    const parts = [make("h3", "", one.name, make("span", "quiet", ` – ${one.role}, ${placeOf(one)}`)), programOf(one)];
    if (one.per_call) parts.push(make("p", "quiet", "This block runs again for every call."));
    if (one.remarks.length > 0) parts.push(make("h3", "", "Remarks"), listOf(one.remarks.map(remarkText)));
    return parts;
  }

  function aboutNode({ agent, node }) {
    const program = functionsOf.get(agent.name);
    const names = new Set(node.functions);
    const remarks = agentNamed.get(agent.name).remarks;
    const why = node.engine === "python" ? "calls Python" : "calls no Python";
    const parts = [
      make("p", "", make("span", `engine ${node.engine}`, node.engine), ` ${why}`),
      make("p", "quiet", `${node.kind} of agent ${agent.name}, ${placeOf(node)}`)];
    if (node.label.length > 0) parts.push(listOf(node.label));
    if (node.steps) {
      parts.push(make("h3", "", "One stage"), listOf(node.steps.map((step) => `${step.kind} ${step.name}`)));
    }
    for (const name of names) parts.push(...aboutFunction(program.get(name)));
    const ir = make("pre", "ir", node.ir);
    ir.tabIndex = 0;
    ir.setAttribute("aria-label", "IR");
    parts.push(make("h3", "", "IR"), ir);
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

  function open(plan, id) {
    const thing = plan.things.get(id);
    const title = make("h2", "", titleOf(thing, id));
    title.id = "panel-title";
    title.tabIndex = -1;
    const button = make("button", "close", "×");
    button.type = "button";
    button.setAttribute("aria-label", "Close");
    button.addEventListener("click", close);
    const about = thing.topic ? aboutTopic(thing, plan) : thing.node ? aboutNode(thing) : aboutAgent(thing);
    panel.replaceChildren(title, ...about, button);
    panel.scrollTop = 0;
    panel.hidden = false;
    main.classList.add("open");
    opened = { plan, id };
    for (const one of plans) one.mark(one === plan ? id : null, thing.keys);
    title.focus({ preventScroll: true });
    for (const one of plans) one.reveal(thing.keys, id, one === plan);
  }

  function close() {
    if (opened === null) return;
    const { plan, id } = opened;
    opened = null;
    panel.hidden = true;
    main.classList.remove("open");
    for (const one of plans) one.mark(null, []);
    plan.buttons.get(id).focus();
  }

  function toggle(plan, id) {
    if (opened !== null && opened.plan === plan && opened.id === id) {
      close();
    } else {
      open(plan, id);
    }
  }

  // ---- Keys and tabs.

  const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  // The button of the same plan that is nearest in a direction.
  function step(from, [dx, dy]) {
    const centre = (button) => {
      const { left, right, top, bottom } = button.getBoundingClientRect();
      return [(left + right) / 2, (top + bottom) / 2];
    };
    const [x, y] = centre(from);
    let best = null, least = Infinity;
    for (const button of from.closest(".canvas").querySelectorAll(".node")) {
      const [bx, by] = centre(button);
      const along = (bx - x) * dx + (by - y) * dy;
      const aside = Math.abs((bx - x) * dy) + Math.abs((by - y) * dx);
      if (along <= 1 || along + 2 * aside >= least) continue;
      least = along + 2 * aside;
      best = button;
    }
    return best;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return close();
    const button = event.target.closest(".node");
    if (!(event.key in ARROWS) || button === null || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const next = step(button, ARROWS[event.key]);
    if (next !== null) next.focus();
  });

  function choose(name) {
    main.dataset.shown = name;
    for (const tab of document.querySelectorAll(".tabs button")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.plan === name));
    }
    for (const plan of plans) plan.show();
  }

  const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const shared = (channel) => app.optimized.topics.filter((topic) => (topic.kind === "channel") === channel).length;
  document.getElementById("counts").textContent = [count(app.agents.length, "agent"), count(shared(false), "topic"),
    count(shared(true), "channel")].filter((text) => !text.startsWith("0 ")).join(", ");

  const plans = ["written", "optimized"].map((name) =>
    new Plan(name, document.querySelector(`section[data-plan="${name}"] .scroll`)));
  for (const tab of document.querySelectorAll(".tabs button")) {
    tab.addEventListener("click", () => choose(tab.dataset.plan));
  }
  choose("optimized");
  const sizes = new ResizeObserver(() => {
    for (const plan of plans) {
      plan.show();
      plan.fit();
    }
  });
  for (const plan of plans) sizes.observe(plan.scroll);
})();
