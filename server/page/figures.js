// Numbers and lines of them as people read them.

const UNITS = ["B", "kB", "MB", "GB", "TB"];
const SAMPLES = 60; // a minute

export function octets(count) {
  let unit = 0;
  for (; count >= 999.5 && unit + 1 < UNITS.length; ++unit) count /= 1000;
  return `${count.toFixed(unit === 0 || count >= 99.95 ? 0 : count >= 9.995 ? 1 : 2)} ${UNITS[unit]}`;
}

export const rate = (perSecond) => `${octets(perSecond)}/s`;
export const milliseconds = (ms) => (ms < 1000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// How fast two counters grow, over the last minute.
export class Throughput {
  sent = [];
  received = [];

  add(counters, now) {
    if (this.last && now > this.last.now) {
      const seconds = (now - this.last.now) / 1000;
      // A counter that begins anew, after a restart, has not run backwards.
      this.#push(this.sent, Math.max(0, counters.tx - this.last.tx) / seconds);
      this.#push(this.received, Math.max(0, counters.rx - this.last.rx) / seconds);
    }
    this.last = { ...counters, now };
  }
  #push(samples, value) {
    samples.push(value);
    if (samples.length > SAMPLES) samples.shift();
  }
  get now() { return { sent: this.sent.at(-1) ?? 0, received: this.received.at(-1) ?? 0 }; }
}

export function draw(svg, throughput, width, height) {
  const top = Math.max(1, ...throughput.sent, ...throughput.received);
  for (const [name, samples] of [["received", throughput.received], ["sent", throughput.sent]]) {
    const step = width / (SAMPLES - 1);
    const from = width - step * (samples.length - 1);
    const points = samples.map((value, place) =>
      `${(from + place * step).toFixed(1)} ${(height - 2 - (value / top) * (height - 4)).toFixed(1)}`);
    path(svg, name).setAttribute("d", points.length > 1 ? `M${points.join("L")}` : "");
  }
}

function path(svg, name) {
  let found = svg.querySelector(`.${name}`);
  if (!found) {
    found = document.createElementNS("http://www.w3.org/2000/svg", "path");
    found.setAttribute("class", name);
    svg.append(found);
  }
  return found;
}
