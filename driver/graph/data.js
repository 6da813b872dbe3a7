// The app as it comes with the page, and how elements are made.

"use strict";

const app = JSON.parse(document.getElementById("data").textContent);
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
// A path that is all of the value is no word for people.
const spelledOut = (paths) => paths.map((path) => (path === "." ? "the whole value" : path));

// What the functions of a node look at and change; null: one of them is not translated.
function fieldsOf(agent, node) {
  const functions = [...new Set(node.functions)].map((name) => functionsOf.get(agent.name).get(name));
  if (functions.some((one) => one.reads === null)) return null;
  const all = (key) => spelledOut([...new Set(functions.flatMap((one) => one[key]))]);
  const event = functions.some((one) => one.event) ? ["the event"] : [];
  return { reads: [...all("reads"), ...event], writes: all("writes") };
}

const agentNamed = new Map(app.agents.map((agent) => [agent.name, agent]));
