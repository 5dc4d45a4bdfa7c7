// The three dialogs: one client, an invite, the token.

import { Refused, change, clientTarget, token } from "./api.js";
import { known, pathText, stateText, trafficText } from "./clients.js";

const $ = (id) => document.getElementById(id);
const client = { dialog: $("client-dialog"), home: null };
let onToken = () => {};
let onChange = () => {};

export function connect(handlers) {
  ({ onToken, onChange } = handlers);
  showLock();
}

function showError(element, text) {
  element.hidden = !text;
  element.textContent = text ?? "";
}

function showLock() {
  $("token-button").textContent = token.get() ? "Lock changes" : "Unlock changes";
}

// The token

export function askForToken(error) {
  showError($("token-error"), error);
  $("token").value = "";
  if (!$("token-dialog").open) $("token-dialog").showModal();
}

$("token-button").addEventListener("click", () => {
  if (!token.get()) return askForToken();
  token.forget();
  showLock();
});
$("token-cancel").addEventListener("click", () => $("token-dialog").close());
$("token-form").addEventListener("submit", () => {
  token.set($("token").value.trim());
  $("token").value = "";
  showLock();
  onToken();
});

// Makes a change; what stands against it is told in `error`, or asks for the token.
async function attempt(error, action) {
  showError(error, "");
  try {
    const answer = await action();
    onChange();
    return answer;
  } catch (failure) {
    if (failure instanceof Refused && failure.wantsToken) {
      const wasWrong = token.get() !== "";
      token.forget();
      showLock();
      askForToken(wasWrong ? "That was not the token. Try again." : "");
    } else {
      showError(error, failure.message);
    }
    return null;
  }
}

// One client

export function openClient(home) {
  client.home = home;
  showError($("client-error"), "");
  calm();
  renderClient();
  client.dialog.showModal();
}

const time = (text) => (text ? new Date(text).toLocaleString() : null);

function facts({ client: what, binding }) {
  const policy = what.policy && [
    what.policy.internet ? "the Internet" : "", what.policy.clients ? "other clients" : "", ...what.policy.prefixes,
  ].filter(Boolean).join(", ");
  return [
    ["Home address", what.home_address],
    ["IPv4", binding?.ipv4_home_address ?? what.ipv4_home_address],
    ["Care-of address", binding?.care_of_address],
    ["Path", binding && pathText(binding)],
    ["MTU", binding && `${binding.mtu} octets`],
    ["Time left", binding && `${binding.remaining_s} of ${binding.lifetime_s} s`],
    ["Carried", binding && trafficText(binding)],
    ["May reach", what.policy && (policy || "nothing")],
    ["Behind it", binding?.network_prefixes?.join(", ") || what.policy?.network_prefixes?.join(", ")],
    ["Public key", what.public_key],
    ["Joined", time(what.joined)],
    ["Invite ends", time(what.invite_expires)],
  ].filter(([, value]) => value);
}

export function renderClient() {
  const entry = known.get(client.home);
  if (!entry) {
    client.dialog.close();
    return;
  }
  $("client-title").textContent = `${entry.client.name}: ${stateText(entry)}`;
  const list = $("client-facts");
  list.replaceChildren(...facts(entry).flatMap(([term, value]) => {
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    dt.textContent = term;
    dd.textContent = value;
    return [dt, dd];
  }));
  const { state, configured } = entry.client;
  $("client-note").hidden = !configured;
  $("client-note").textContent = configured ? "This client stands in the configuration file and is changed there." : "";
  $("able").textContent = state === "disabled" ? "Enable" : "Disable";
  $("able").hidden = configured || !["enabled", "disabled"].includes(state);
  $("revoke").hidden = configured || !["enabled", "disabled"].includes(state);
  $("reinvite").hidden = configured || !["invited", "revoked"].includes(state);
  $("kick").hidden = configured || !entry.binding;
}

// What cannot be undone is asked for twice.
function calm() {
  $("revoke").textContent = "Revoke key";
  $("revoke").classList.remove("sure");
}

const nameOf = () => known.get(client.home)?.client.name ?? "";
const error = $("client-error");
$("client-close").addEventListener("click", () => client.dialog.close());
$("kick").addEventListener("click", () => attempt(error, () => change("POST", clientTarget(nameOf(), "/kick"))));
$("able").addEventListener("click", () => {
  const enabled = known.get(client.home)?.client.state === "disabled";
  attempt(error, () => change("PATCH", clientTarget(nameOf()), { enabled }));
});
$("revoke").addEventListener("click", () => {
  if (!$("revoke").classList.contains("sure")) {
    $("revoke").classList.add("sure");
    $("revoke").textContent = "Yes, revoke it for good";
    return;
  }
  calm();
  attempt(error, () => change("POST", clientTarget(nameOf(), "/revoke")));
});
$("reinvite").addEventListener("click", async () => {
  const invite = await attempt(error, () => change("POST", clientTarget(nameOf(), "/invite")));
  if (invite) {
    client.dialog.close();
    showInvite(invite);
    $("invite-dialog").showModal();
    $("invited-title").focus();
  }
});

// An invite

$("invite-button").addEventListener("click", () => {
  $("invite-form").hidden = false;
  $("invited").hidden = true;
  $("invite-form").reset();
  showError($("invite-error"), "");
  $("invite-dialog").showModal();
});
$("invite-cancel").addEventListener("click", () => $("invite-dialog").close());
$("invite-done").addEventListener("click", () => $("invite-dialog").close());
$("invite-dialog").addEventListener("close", () => {
  // A secret does not stay in a page that nobody looks at.
  $("invite-line").textContent = "";
  $("invite-qr").removeAttribute("src");
});
$("invite-copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText($("invite-line").textContent);
  $("invite-copy").textContent = "Copied";
});
$("invite-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const order = { name: $("invite-name").value.trim(), expires_s: Number($("invite-expiry").value) };
  const invite = await attempt($("invite-error"), () => change("POST", "/v1/clients", order));
  if (invite) {
    showInvite(invite);
    $("invited-title").focus();
  }
});

function showInvite(invite) {
  $("invite-form").hidden = true;
  $("invited").hidden = false;
  $("invited-title").textContent = `${invite.name} may join`;
  $("invite-line").textContent = `godwit join ${invite.invite}`;
  $("invite-qr").hidden = !invite.qr_svg;
  $("invite-qr").src = `data:image/svg+xml;base64,${btoa(invite.qr_svg)}`;
  $("invite-ends").textContent = new Date(invite.expires).toLocaleString();
  $("invite-copy").textContent = "Copy";
  $("invite-copy").hidden = !navigator.clipboard; // only where the page is local or came over TLS
}
