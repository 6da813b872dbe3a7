// The page: two plans, the panel that opens beside them, keys and tabs.

const main = document.querySelector("main");
const panel = document.getElementById("panel");
let opened = null;  // {plan, id}

function openPanel(plan, id) {
  const thing = plan.things.get(id);
  const title = make("h2", "", titleOf(thing, id));
  title.id = "panel-title";
  title.tabIndex = -1;
  const button = make("button", "close", "×");
  button.type = "button";
  button.setAttribute("aria-label", "Close");
  button.addEventListener("click", closePanel);
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

function closePanel() {
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
    closePanel();
  } else {
    openPanel(plan, id);
  }
}

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
  if (event.key === "Escape") return closePanel();
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

// With the fields on the ways, or without.
const fieldsButton = document.getElementById("fields");
function showFields(shown) {
  fieldsButton.setAttribute("aria-pressed", String(shown));
  main.classList.toggle("fields", shown);
  for (const plan of plans) plan.redraw();
  if (opened === null) return;
  const { keys } = opened.plan.things.get(opened.id);
  for (const one of plans) one.mark(one === opened.plan ? opened.id : null, keys);
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
fieldsButton.addEventListener("click", () => showFields(fieldsButton.getAttribute("aria-pressed") !== "true"));
choose("optimized");
if (app.fields) showFields(true);
const sizes = new ResizeObserver(() => {
  for (const plan of plans) {
    plan.show();
    plan.fit();
  }
});
for (const plan of plans) sizes.observe(plan.scroll);
