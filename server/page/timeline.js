// What happened, newest first, as sentences.

import { milliseconds, setText } from "./figures.js";

const MAX_SHOWN = 300;
const SPOKEN = new Set(["registered", "moved", "revoked", "expired", "joined", "health", "refused", "address-disputed"]);
const list = document.getElementById("events");
const announcer = document.getElementById("announcer");
const CHANGES = {
  invited: "was invited", renamed: "has a new name", enabled: "was enabled", disabled: "was disabled",
  "policy-changed": "has another policy", removed: "was removed", kicked: "was kicked", restored: "came back out of a backup",
};

// Of the causes that the schema names; of others nothing is said.
const CAUSES = {
  "first-attachment": "it had no network before", "address-lost": "its address there had gone",
  "better-path": "this way is better", "path-silent": "nothing came through there any more",
  "returned-home": "it came home", "left-home": "it left home",
};

export function sentence(event) {
  const who = event.name || event.home_address || "";
  switch (event.type) {
    case "registered": return `${who} registered from ${event.care_of_address}`;
    case "moved": return `${who} moved from ${event.from} to ${event.to}${cause(event)}${cost(event)}`;
    case "endpoint-changed": return `${who} has another address at its NAT: ${event.to}`;
    case "unproved": return `${who} does not answer at ${event.care_of_address}`;
    case "deregistered": return `${who} went home or signed off`;
    case "expired": return `${who} was not heard of any more: its binding expired`;
    case "refused": return `${who} was refused: ${event.reason}`;
    case "address-disputed":
      return `Somebody else on the home link claims the address of ${who}: ${event.link_layer_address}`;
    case "revoked": return `${who} has lost its key: revoked`;
    case "joined": return `${who} joined`;
    case "client-changed": return `${who} ${CHANGES[event.change] ?? "was changed"}`;
    case "network-bound":
      return event.prefixes.length ? `Behind ${who}: ${event.prefixes.join(", ")}` : `Nothing is behind ${who} any more`;
    case "health": return event.added ? `Wrong: ${event.added}` : `Right again: ${event.removed}`;
    case "missed": return "Some events are missing here";
    default: return `${who} ${event.type}`;
  }
}

function cause(event) {
  return Object.hasOwn(CAUSES, event.cause ?? "") ? `, since ${CAUSES[event.cause]}` : "";
}

function cost(event) {
  const parts = [];
  if (event.gap_ms !== null) parts.push(`${milliseconds(event.gap_ms)} gap`);
  if (event.resent) parts.push(`${event.resent} sent again`);
  if (event.lost) parts.push(`${event.lost} lost`);
  return parts.length ? ` (${parts.join(", ")})` : "";
}

function when(time) {
  const date = new Date(time);
  const clock = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  return date.toDateString() === new Date().toDateString()
    ? clock : `${date.toLocaleDateString([], { day: "numeric", month: "short" })} ${clock}`;
}

// `isNew`: it has just happened, and is said to those who listen rather than look.
export function show(event, isNew) {
  const item = document.createElement("li");
  item.dataset.type = event.type;
  const time = document.createElement("time");
  time.dateTime = event.time;
  time.textContent = when(event.time);
  const text = document.createElement("p");
  text.textContent = sentence(event);
  item.append(time, text);
  list.prepend(item);
  while (list.childElementCount > MAX_SHOWN) list.lastElementChild.remove();
  document.getElementById("quiet").hidden = true;
  if (event.type === "moved" && event.gap_ms !== null) {
    setText(document.getElementById("last-gap"), milliseconds(event.gap_ms));
    setText(document.getElementById("last-move"), `${event.name}, ${when(event.time)}`);
  }
  if (isNew && SPOKEN.has(event.type)) announcer.textContent = sentence(event);
}
