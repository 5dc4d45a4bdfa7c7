// The page: asks for the status each second while somebody looks, and follows the events.

import { Refused, follow, read } from "./api.js";
import { known, render, take, total } from "./clients.js";
import { askForToken, connect, openClient, renderClient } from "./dialogs.js";
import { draw, rate, setText } from "./figures.js";
import { show } from "./timeline.js";

const $ = (id) => document.getElementById(id);
const PAUSE = 1000; // ms
// Of the time between two questions, the answers to the last may have taken a tenth.
const SHARE = 10;
// What comes in the first moments after the page was opened had happened before.
const OPENED = Date.now();

let clients = [];
let clientsAreStale = true;
let wantsToken = false;

async function refresh() {
  const began = performance.now();
  if (clientsAreStale) {
    clientsAreStale = false;
    ({ clients } = await read("/v1/clients"));
  }
  const status = await read("/v1/status");
  take(clients, status.bindings, performance.now());
  showFigures(status);
  render($("filter").value, openClient);
  if ($("client-dialog").open) renderClient();
  return performance.now() - began;
}

function showFigures(status) {
  setText($("registered"), String(status.bindings.length));
  setText($("known"), `of ${known.size} ${known.size === 1 ? "client" : "clients"}`);
  setText($("rate-sent"), rate(total.now.sent));
  setText($("rate-received"), rate(total.now.received));
  draw($("total-line"), total, 240, 44);
  showHealth(status.health);
}

function showHealth(health) {
  const isGood = health.length === 0;
  $("health").dataset.state = isGood ? "good" : "bad";
  setText($("health-text"), isGood ? "All is well" : health.length === 1 ? health[0] : `${health.length} things are wrong`);
  const list = $("health-list");
  list.hidden = health.length < 2;
  if (list.textContent !== health.join("")) {
    list.replaceChildren(...health.map((problem) => Object.assign(document.createElement("li"), { textContent: problem })));
  }
}

function showLine(isThere, failure) {
  $("link").classList.toggle("good", isThere);
  setText($("link"), isThere ? "Live" : wantsToken ? "Token wanted" : "Connecting");
  if (failure instanceof Refused) onRefused(failure);
}

function onRefused(failure) {
  if (failure.wantsToken && !wantsToken) {
    wantsToken = true;
    askForToken(failure.code === "token-wrong" ? "That was not the token. Try again." : "");
  }
}

async function poll() {
  let took = 0;
  if (!document.hidden && !wantsToken) {
    try {
      took = await refresh();
    } catch (failure) {
      clientsAreStale = true;
      showLine(false, failure);
    }
  }
  setTimeout(poll, Math.max(PAUSE, took * SHARE));
}

$("filter").addEventListener("input", () => render($("filter").value, openClient));
connect({
  onToken: () => { wantsToken = false; },
  onChange: () => { clientsAreStale = true; },
});
poll();
follow((event) => {
  clientsAreStale = true;
  show(event, Date.parse(event.time) >= OPENED);
}, showLine);
