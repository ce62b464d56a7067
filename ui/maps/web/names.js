// Names of places over the map, the important ones first, none over another; numbers of groups.
import { element } from "./frame.js";

const ROOM = 8; // pixels kept free round a name
const EDGE = 4;
const MOST = 45;

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
    for (const [x, y, text] of this.badges) {
      this.put({ name: text, kind: "badge", x, y }, port, taken, shown, true);
    }
    for (const name of this.names) {
      if (shown.size - this.badges.length >= MOST) break;
      this.put(name, port, taken, shown, false);
    }
    for (const [key, { span }] of this.drawn) span.hidden = !shown.has(key);
  }

  put(name, port, taken, shown, always) {
    const [x, y] = port.project([name.x, name.y]);
    if (x < 0 || y < 0 || x > port.width || y > port.height) return;
    const key = `${name.kind} ${name.name} ${name.x} ${name.y}`;
    const { span, width, height } = this.drawn.get(key) ?? this.write(key, name);
    const left = x - width / 2;
    const top = y - height / 2;
    const inside =
      left > EDGE && top > EDGE && left + width < port.width - EDGE && top + height < port.height - EDGE;
    const box = [left - ROOM, top - ROOM, left + width + ROOM, top + height + ROOM];
    if (!always && (!inside || taken.some((other) => overlap(box, other)))) return;
    taken.push(box);
    shown.add(key);
    span.style.transform = `translate(${left.toFixed(1)}px,${top.toFixed(1)}px)`;
  }

  write(key, { name, kind }) {
    const short = kind === "county" ? name.replace(/ County$/, "") : name;
    const span = element("span", `atlas-name atlas-name-${kind}`, short);
    this.root.append(span);
    const made = { span, width: span.offsetWidth, height: span.offsetHeight };
    this.drawn.set(key, made);
    return made;
  }
}

function overlap([left, top, right, bottom], other) {
  return left < other[2] && other[0] < right && top < other[3] && other[1] < bottom;
}
