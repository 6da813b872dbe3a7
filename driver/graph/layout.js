// Boxes in layers from top to bottom, and links between them: gives each box its place and each link
// its path. Knows nothing of apps or elements.
//
// A box has width, height and, if it is to hang from the top of its layer, `hangs`. A link leads from
// the point (fromX, fromY) of a box, from its middle and top; with sideX it leaves there, to the right,
// and goes down at fromX.

const GAP = { across: 20, down: 54, lane: 9, arrow: 10 };

// Each box behind those that lead to it; where a cycle leaves none, the first one goes.
function inFlowOrder(boxes, links) {
  const missing = new Map(boxes.map((box) => [box, 0]));  // links from boxes that have no place yet
  const out = new Map(boxes.map((box) => [box, []]));
  for (const { from, to } of links) {
    if (from === to) continue;
    missing.set(to, missing.get(to) + 1);
    out.get(from).push(to);
  }
  const order = new Map();
  const waiting = new Set(boxes);
  const ready = boxes.filter((box) => missing.get(box) === 0);
  for (let i = 0; waiting.size > 0; ++i) {
    if (i === ready.length) ready.push(waiting.values().next().value);
    waiting.delete(ready[i]);
    order.set(ready[i], order.size);
    for (const to of out.get(ready[i])) {
      missing.set(to, missing.get(to) - 1);
      if (missing.get(to) === 0 && waiting.has(to)) ready.push(to);
    }
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
  const left = all.reduce((least, item) => Math.min(least, item.x - item.width / 2), Infinity) - 20;
  let right = all.reduce((most, item) => Math.max(most, item.x + item.width / 2), 0) - left + 20;
  let top = links.some((link) => link.back) ? 32 : 12;
  const tops = [], bottoms = [];
  for (const layer of layers) {
    const height = layer.reduce((most, item) => Math.max(most, item.height), 0);
    for (const item of layer) {
      item.x -= left;
      if (item.box === null) continue;
      item.box.x = item.x;
      item.box.y = top + (item.box.hangs ? 0 : (height - item.height) / 2);
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
