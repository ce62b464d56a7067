// Names of places over the map, the important ones first, none over another; numbers of groups.
import { element } from "./frame.js";

const ROOM = 8; // pixels kept free round a name
const EDGE = 4;
const MOST = 45;
const BATCH = 60;

export class Names {
  constructor(root) {
    this.root = root;
    this.names = [];
    this.drawn = new Map();
    this.badges = [];
  }

  take(names) {
    if (names === this.source) return;
    this.source = names;
    this.names = [...names].sort((one, other) => one.rank - other.rank);
  }

  // Set every name that has room where the map now shows its place.
  place(port) {
    const { width, height } = port;
    const taken = [[0, height - 46, 120, height], [width - 52, 0, width, 172]]; // scale and buttons
    const shown = new Set();
    const badges = this.badges.map(([x, y, name]) => ({ name, kind: "badge", x, y }));
    this.write(badges);
    for (const each of badges) this.put(each, port, taken, shown, true);
    const near = this.names.filter(({ x, y }) => inside(port.project([x, y]), port));
    for (let at = 0; at < near.length && shown.size - this.badges.length < MOST; at++) {
      if (at % BATCH === 0) this.write(near.slice(at, at + BATCH));
      this.put(near[at], port, taken, shown, false);
    }
    for (const [key, { span }] of this.drawn) span.hidden = !shown.has(key);
  }

  put(name, port, taken, shown, always) {
    const [x, y] = port.project([name.x, name.y]);
    if (!inside([x, y], port)) return;
    const key = keyOf(name);
    const { span, width, height } = this.drawn.get(key);
    const left = x - width / 2;
    const top = y - height / 2;
    const whole =
      left > EDGE && top > EDGE && left + width < port.width - EDGE && top + height < port.height - EDGE;
    const box = [left - ROOM, top - ROOM, left + width + ROOM, top + height + ROOM];
    if (!always && (!whole || taken.some((other) => overlap(box, other)))) return;
    taken.push(box);
    shown.add(key);
    span.style.transform = `translate(${left.toFixed(1)}px,${top.toFixed(1)}px)`;
  }

  // All are written before one is measured: each measuring lays out the whole page.
  write(names) {
    const fresh = names.filter((name) => !this.drawn.has(keyOf(name)));
    const spans = fresh.map(({ name, kind }) => {
      const short = kind === "county" ? name.replace(/ County$/, "") : name;
      return element("span", `atlas-name atlas-name-${kind}`, short);
    });
    this.root.append(...spans);
    fresh.forEach((name, at) => {
      const { offsetWidth: width, offsetHeight: height } = spans[at];
      this.drawn.set(keyOf(name), { span: spans[at], width, height });
    });
  }
}

function keyOf({ kind, name, x, y }) {
  return `${kind} ${name} ${x} ${y}`;
}

function inside([x, y], { width, height }) {
  return x >= 0 && y >= 0 && x <= width && y <= height;
}

function overlap([left, top, right, bottom], other) {
  return left < other[2] && other[0] < right && top < other[3] && other[1] < bottom;
}
