// What stands around and over the canvas: title, buttons, scale, words, legend.
const METRES = 78271.517; // a pixel at the equator at zoom 0
const MILE = 1609.344;
const BAR = 110; // pixels at most
const LEAST = 100;
const ICONS = {
  in: "M12 5v14M5 12h14",
  out: "M5 12h14",
  home: "M4 11.5 12 5l8 6.5M6.5 10v9h11v-9",
  full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
};
let count = 0;

export class Frame {
  constructor(parent, hands) {
    const id = (this.id = `atlas-map-${++count}`);
    this.root = element("div", "atlas-map");
    this.title = element("div", "atlas-map-title");
    this.stage = element("div", "atlas-map-stage");
    this.canvas = element("div", "atlas-map-canvas");
    this.sketch = element("canvas", "atlas-map-sketch");
    this.labels = element("div", "atlas-map-labels");
    this.bar = element("div", "atlas-map-scale");
    this.bubble = element("div", "atlas-map-tip");
    this.live = element("div", "atlas-map-hidden");
    this.help = element("div", "atlas-map-hidden");
    this.legend = element("div", "atlas-map-legend");
    this.message = element("p", "atlas-map-message");
    set(this.canvas, { tabindex: 0, role: "application", "aria-describedby": `${id}-help` });
    set(this.live, { "aria-live": "polite", role: "status" });
    for (const each of [this.sketch, this.labels, this.bar, this.bubble]) set(each, { "aria-hidden": "true" });
    this.help.id = `${id}-help`;
    this.message.hidden = this.bubble.hidden = true;
    this.buttons = this.drawButtons({
      in: () => hands.zoom(1),
      out: () => hands.zoom(-1),
      home: hands.home,
      full: () => this.full(),
    });
    this.stage.append(this.sketch, this.canvas, this.labels, this.bar, this.bubble, this.buttons, this.message);
    this.root.append(this.title, this.stage, this.legend, this.live, this.help);
    parent.append(this.root);
    this.touched = false; // a finger does not hover
    this.canvas.addEventListener("keydown", hands.key);
    for (const type of ["pointerdown", "pointermove"]) {
      this.canvas.addEventListener(type, (event) => {
        this.touched = event.pointerType === "touch";
      });
    }
    this.root.addEventListener("fullscreenchange", () => this.explain());
    this.canvas.addEventListener("pointerleave", ({ pointerType }) => {
      if (pointerType === "mouse") hands.left();
    });
    this.watch = new ResizeObserver(hands.resized);
    this.watch.observe(this.canvas);
  }

  drawButtons(actions) {
    const group = element("div", "atlas-map-buttons");
    this.button = {};
    for (const [name, action] of Object.entries(actions)) {
      const button = element("button", "");
      button.type = "button";
      button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;
      button.addEventListener("click", action);
      this.button[name] = button;
      group.append(button);
    }
    return group;
  }

  // The library makes its canvas a stop of the Tab key of its own, without a name.
  oneStop() {
    for (const canvas of this.canvas.querySelectorAll("canvas")) canvas.tabIndex = -1;
  }

  rise(height) {
    this.root.style.setProperty("--map-height", `${height}px`);
  }

  // Words of this run.
  say({ title, legend, alt, labels }) {
    this.title.textContent = title;
    this.help.textContent = labels.help;
    this.sorry = [labels.failed, labels.flat];
    set(this.canvas, { "aria-label": alt });
    for (const [name, button] of Object.entries(this.button)) {
      set(button, { "aria-label": labels[name], title: labels[name] });
    }
    this.explained = legend;
    this.explain();
  }

  async full() {
    if (document.fullscreenElement) return document.exitFullscreen();
    if (this.root.requestFullscreen) return this.root.requestFullscreen();
    this.root.classList.toggle("atlas-map-full"); // telephones that have no full screen
    this.explain();
  }

  // The page's own legend is out of sight in full screen.
  explain() {
    const alone = this.root.matches(":fullscreen, .atlas-map-full");
    this.legend.innerHTML = alone ? this.explained : "";
  }

  // Words beside the pointer: name, class, figure.
  tip(words, x, y) {
    this.bubble.hidden = !words;
    if (!words) return;
    this.bubble.replaceChildren(...words.map((text) => element("span", "", text)));
    const { clientWidth, clientHeight } = this.stage;
    const { offsetWidth, offsetHeight } = this.bubble;
    const left = Math.min(Math.max(x + 14, 4), clientWidth - offsetWidth - 4);
    const below = y + 18 + offsetHeight < clientHeight;
    const top = below ? y + 18 : Math.max(y - offsetHeight - 12, 4);
    this.bubble.style.transform = `translate(${left}px,${top}px)`;
  }

  // What is chosen, for a screen reader.
  tell(words) {
    const text = words ? words.join(", ") : "";
    if (this.live.textContent !== text) this.live.textContent = text;
  }

  // Pixels of the map; one that is not laid out yet, or no more, still has some.
  get size() {
    const { clientWidth, clientHeight } = this.canvas;
    return { width: Math.max(clientWidth, LEAST), height: Math.max(clientHeight, LEAST) };
  }

  scale({ latitude, zoom }) {
    const metres = (METRES * Math.cos((latitude * Math.PI) / 180)) / 2 ** zoom;
    const bars = [["km", 1000], ["mi", MILE]].map(([unit, length]) => {
      const most = (metres * BAR) / length;
      const ten = 10 ** Math.floor(Math.log10(most));
      const round = ten * [5, 2, 1].find((each) => each * ten <= most);
      return [`${+round.toPrecision(1)} ${unit}`, (round * length) / metres];
    });
    const key = JSON.stringify(bars);
    if (key === this.drawn) return;
    this.drawn = key;
    this.bar.replaceChildren(
      ...bars.map(([text, width]) => {
        const bar = element("span", "", text);
        bar.style.width = `${width.toFixed(0)}px`;
        return bar;
      }),
    );
  }

  fail() {
    this.message.textContent = this.sorry["sketched" in this.root.dataset ? 1 : 0];
    this.message.hidden = false;
  }

  remove() {
    this.watch.disconnect();
    this.root.remove();
  }
}

export function element(tag, name, text = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}

function set(made, attributes) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
}
