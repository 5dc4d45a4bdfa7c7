// The table of clients: those that the home agent knows, with the bindings that they have.

import { Throughput, draw, octets, rate, setText } from "./figures.js";

const MAX_ROWS = 200;
const rows = document.getElementById("rows");
const shown = new Map(); // home address -> its row
const STATES = { here: "registered", enabled: "not registered", invited: "invited", disabled: "disabled", revoked: "revoked" };

export const known = new Map(); // home address -> {client, binding, throughput}
export const total = new Throughput();

export const stateOf = ({ client, binding }) => (binding && client.state === "enabled" ? "here" : client.state);
export const stateText = (entry) => STATES[stateOf(entry)] ?? entry.client.state;

export function pathText(binding) {
  const how = binding.encapsulation === "udp"
    ? `UDP to ${binding.remote_address} port ${binding.remote_port}` : "native IPv6";
  return how + (binding.nat ? ", behind a NAT" : "") + (binding.proven ? "" : ", unproven");
}

// A binding whose client is not in the list counts too: the two were asked for one after the other.
export function take(clients, bindings, now) {
  const homes = new Set();
  const entry = (home) => {
    homes.add(home);
    if (!known.has(home)) known.set(home, { throughput: new Throughput() });
    return known.get(home);
  };
  for (const client of clients) Object.assign(entry(client.home_address), { client, binding: null });
  const sum = { tx: 0, rx: 0 };
  for (const binding of bindings) {
    const found = entry(binding.home_address);
    found.binding = binding;
    found.client ??= { name: binding.name, home_address: binding.home_address, ipv4_home_address: null, state: "enabled" };
    found.throughput.add({ tx: binding.tx_bytes, rx: binding.rx_bytes }, now);
    sum.tx += binding.tx_bytes;
    sum.rx += binding.rx_bytes;
  }
  for (const home of [...known.keys()]) if (!homes.has(home)) known.delete(home);
  total.add(sum, now);
}

export function render(words, onOpen) {
  const wanted = [...known.values()].filter((entry) => matches(entry, words.toLowerCase()))
    .sort((one, other) => one.client.name.localeCompare(other.client.name));
  const visible = wanted.slice(0, MAX_ROWS);
  const homes = new Set(visible.map((entry) => entry.client.home_address));
  for (const [home, row] of shown) {
    if (!homes.has(home)) { row.element.remove(); shown.delete(home); }
  }
  visible.forEach((entry, place) => {
    const home = entry.client.home_address;
    if (!shown.has(home)) shown.set(home, makeRow(() => onOpen(home)));
    const { element } = shown.get(home);
    // Only what is out of its place is moved: a row that is moved loses the focus.
    if (rows.children[place] !== element) rows.insertBefore(element, rows.children[place] ?? null);
    fill(shown.get(home), entry);
  });
  const hidden = wanted.length - visible.length;
  const more = document.getElementById("more");
  more.hidden = hidden === 0;
  setText(more, `${hidden} more: write some of a name or an address above.`);
  document.getElementById("empty").hidden = known.size > 0;
}

function matches({ client, binding }, words) {
  return [client.name, client.home_address, client.ipv4_home_address, binding?.care_of_address]
    .some((text) => text?.toLowerCase().includes(words));
}

function make(tag, parent, attributes = {}) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent.append(element);
  return element;
}

function makeRow(onOpen) {
  const element = document.createElement("tr");
  element.setAttribute("role", "row");
  const name = make("button", make("th", element, { scope: "row", role: "rowheader" }), { type: "button" });
  name.addEventListener("click", onOpen);
  const cells = Array.from({ length: 4 }, () => make("td", element, { role: "cell" }));
  cells[1].dataset.label = "home"; // for narrow screens, where there is no header to be seen
  cells[2].dataset.label = "at";
  const state = make("span", cells[0], { class: "state" });
  const [home, ipv4] = [make("span", cells[1]), make("span", cells[1], { class: "under" })];
  const [place, path] = [make("span", cells[2]), make("span", cells[2], { class: "under" })];
  const speed = make("span", cells[3], { class: "under" });
  const line = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ class: "line", viewBox: "0 0 120 26", preserveAspectRatio: "none", "aria-hidden": "true" })) {
    line.setAttribute(key, value);
  }
  cells[3].prepend(line);
  return { element, name, state, home, ipv4, place, path, speed, line };
}

function fill(row, entry) {
  const { client, binding, throughput } = entry;
  setText(row.name, client.name);
  setText(row.state, stateText(entry));
  row.state.dataset.state = stateOf(entry);
  setText(row.home, client.home_address);
  setText(row.ipv4, binding?.ipv4_home_address ?? client.ipv4_home_address ?? "");
  setText(row.place, binding?.care_of_address ?? "–");
  setText(row.path, binding ? pathText(binding) : "");
  const { sent, received } = throughput.now;
  setText(row.speed, binding ? `↓ ${rate(sent)}  ↑ ${rate(received)}` : "");
  row.line.toggleAttribute("hidden", !binding);
  draw(row.line, throughput, 120, 26);
}

export const trafficText = (binding) => `${octets(binding.tx_bytes)} to it, ${octets(binding.rx_bytes)} from it`;
