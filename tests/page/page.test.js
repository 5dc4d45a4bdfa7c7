// The page in a real browser: Debian's Chromium, driven by playwright-core, with the API of a home agent whose clients
// are played (page_server.cpp). Screenshots come into build/page-screenshots. CHROMIUM and PAGE_SERVER name others.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";

const ROOT = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../..");
const SERVER = process.env.PAGE_SERVER ?? join(ROOT, "build/debug/tests/page/godwit_page_server");
const SCREENSHOTS = join(ROOT, "build/page-screenshots");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TOKEN = "a token for this test alone";
const directory = mkdtempSync(join(tmpdir(), "godwit-page-"));
const tokenFile = join(directory, "token");

let browser, port, server, context, page, complaints;

async function freePort() {
  const socket = createServer().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const { port: free } = socket.address();
  socket.close();
  return free;
}

async function startServer() {
  server = spawn(SERVER, [String(port), tokenFile, join(directory, "socket")], { stdio: "inherit" });
  for (let attempt = 0; attempt < 100; ++attempt) {
    if (await fetch(`http://127.0.0.1:${port}/v1/status`).catch(() => null)) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  assert.fail("the server does not answer");
}

async function stopServer() {
  if (server.exitCode === null) {
    server.kill();
    await once(server, "exit");
  }
}

async function open(options = {}) {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.locator("#link.good").waitFor();
  await page.getByRole("row", { name: /laptop/ }).waitFor();
}

async function unlock() {
  await page.getByRole("button", { name: "Unlock changes" }).click();
  await page.locator("#token").fill(TOKEN);
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
}

async function accessibilityFaults() {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

const screenshot = (name) => page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
const row = (name) => page.getByRole("row", { name });

before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  writeFileSync(tokenFile, TOKEN);
  chmodSync(tokenFile, 0o600);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: process.getuid() === 0 ? ["--no-sandbox"] : [],
  });
});
after(async () => {
  await browser.close();
  rmSync(directory, { recursive: true });
});
beforeEach(async () => {
  complaints = [];
  port = await freePort();
  await startServer();
});
afterEach(async () => {
  await context.close();
  await stopServer();
});

test("shows each client with its state and its place", async () => {
  await open();
  const laptop = await row(/laptop/).innerText();
  assert.match(laptop, /registered/);
  assert.match(laptop, /2001:db8:f::9/);
  assert.match(laptop, /native IPv6|UDP to 198\.51\.100\.5 port 61234, behind a NAT/);
  assert.match(await row(/tablet/).innerText(), /disabled/);
  assert.equal(await page.locator("#registered").innerText(), "2");
  assert.equal(await page.locator("#health-text").innerText(), "All is well");
  assert.deepEqual(complaints, []);
});

test("takes a name for text, whatever is in it", async () => {
  await open();
  await row(/<b>camera<\/b>/).waitFor();
  assert.equal(await page.locator("#rows b").count(), 0);
});

test("shows moves and throughput as they happen, and says them", async () => {
  await open();
  await page.locator("#events li[data-type=moved]").first().waitFor();
  assert.match(await page.locator("#events li").first().innerText(), /laptop moved from .* to .*, since its address there had gone \(\d+ ms gap, 12 sent again\)/);
  await page.locator("#announcer", { hasText: "laptop moved" }).waitFor({ state: "attached" });
  assert.match(await page.locator("#last-gap").innerText(), /^\d+ ms$/);
  assert.match(await page.locator("#rate-sent").innerText(), /B\/s$/);
  await page.waitForFunction(() => document.querySelector("#total-line .sent")?.getAttribute("d").includes("L"));
  assert.deepEqual(complaints, []);
});

test("says which networks are behind a client", async () => {
  await open();
  const told = await page.evaluate(async () => {
    const { sentence } = await import("/timeline.js");
    const event = { type: "network-bound", name: "laptop" };
    return [["2001:db8:1:100::/64", "2001:db8:1:200::/64"], []].map((prefixes) => sentence({ ...event, prefixes }));
  });
  assert.deepEqual(told, ["Behind laptop: 2001:db8:1:100::/64, 2001:db8:1:200::/64", "Nothing is behind laptop any more"]);
});

test("invites with the token, and shows the line and its QR code", async () => {
  await open();
  await page.getByRole("button", { name: "Invite a client" }).click();
  await page.getByLabel("Name").fill("new-laptop");
  await screenshot("invite");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.locator("#token").fill("something else entirely");
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByText("That was not the token").waitFor();
  await page.locator("#token").fill(TOKEN);
  await screenshot("token");
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByText("godwit join godwit://invite-of-new-laptop").waitFor();
  await page.waitForFunction(() => document.getElementById("invite-qr").naturalWidth > 0);
  assert.deepEqual(await accessibilityFaults(), []);
  await screenshot("invited");
  await page.getByRole("button", { name: "Done" }).click();
  await page.waitForFunction(() => document.getElementById("invite-line").textContent === "");
  assert.match(await row(/new-laptop/).innerText(), /invited/);
  assert.deepEqual(complaints.filter((text) => !text.includes("401")), []);
});

test("says why an invite is refused", async () => {
  await open();
  await unlock();
  await page.getByRole("button", { name: "Invite a client" }).click();
  await page.getByLabel("Name").fill("laptop");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByRole("alert").filter({ hasText: "there is a client of this name" }).waitFor();
});

test("disables and enables", async () => {
  await open();
  await unlock();
  await page.getByRole("button", { name: "laptop" }).click();
  await page.getByRole("button", { name: "Disable" }).click();
  await page.getByRole("heading", { name: "laptop: disabled" }).waitFor();
  await page.getByRole("button", { name: "Enable" }).click();
  await page.getByRole("heading", { name: "laptop: registered" }).waitFor();
});

test("revokes only with the token, and when asked twice", async () => {
  await open();
  const revoke = async () => {
    await page.getByRole("button", { name: "Revoke key" }).click();
    await page.getByRole("button", { name: "Yes, revoke it for good" }).click();
  };
  await page.getByRole("button", { name: "laptop" }).click();
  await screenshot("client");
  await revoke();
  await page.locator("#token").fill(TOKEN);
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
  assert.match(await page.locator("#client-title").innerText(), /^laptop: registered$/);
  await revoke();
  await page.getByRole("heading", { name: "laptop: revoked" }).waitFor();
  await page.locator("#events li[data-type=revoked]").waitFor();
});

test("keeps the token in this tab alone, until it is locked", async () => {
  await open();
  await unlock();
  assert.equal(await page.evaluate(() => sessionStorage.getItem("godwit-token")), TOKEN);
  assert.equal(await page.evaluate(() => localStorage.length + document.cookie.length), 0);
  await page.getByRole("button", { name: "Lock changes" }).click();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

test("can be used with the keyboard alone", async () => {
  await open();
  const visited = [];
  for (let step = 0; step < 8; ++step) {
    await page.keyboard.press("Tab");
    visited.push(await page.evaluate(() => document.activeElement.id || document.activeElement.textContent));
  }
  assert.deepEqual(visited, ["Skip to the clients", "token-button", "filter", "invite-button", "<b>camera</b>", "laptop",
    "tablet", "telephone"]);
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: /^tablet/ }).waitFor();
  await page.keyboard.press("Escape");
  // The table is drawn anew each second; the focus stays where it was.
  await page.waitForTimeout(1500);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "tablet");
});

test("finds a client by some of its name", async () => {
  await open();
  await page.getByLabel("Find").fill("TABL");
  assert.equal(await page.locator("#rows tr").count(), 1);
});

test("goes on after the home agent was restarted", async () => {
  await open();
  await stopServer();
  await page.getByText("Connecting").waitFor();
  await startServer();
  await page.locator("#link.good").waitFor({ timeout: 10000 });
});

for (const [name, options] of Object.entries({
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  narrow: { colorScheme: "light", viewport: { width: 390, height: 844 } },
})) {
  test(`has no accessibility fault when ${name}`, async () => {
    await open(options);
    await page.waitForFunction(() => document.querySelector("#total-line .sent")?.getAttribute("d").includes("L"));
    assert.deepEqual(await accessibilityFaults(), []);
    const [scrollWidth, clientWidth] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(scrollWidth <= clientWidth, "nothing is wider than the page");
    await screenshot(name);
  });
}
