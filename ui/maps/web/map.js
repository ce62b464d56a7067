// The map of a page: what the server sends is drawn, what the reader does here is sent back.
import { fileOf, library, style } from "./files.js";
import { Frame } from "./frame.js";
import { layersOf, outlineOf } from "./layers.js";
import { Names } from "./names.js";
import { Fit, sketch } from "./sketch.js";
import { EDGES, View } from "./view.js";

const SHEETS = new Map(); // what the server sent of each map, apart from what is chosen
const MAPS = new Set();
const HIDDEN = 300; // milliseconds: a tab that nobody looks at draws no frame
const ANSWER = 5000; // milliseconds in which the server answers a choice

// Called by Streamlit with every new message to one place on the page.
export function draw(component) {
  const { data, parentElement } = component;
  if (data instanceof Uint8Array) return take(data, parentElement);
  parentElement.map ??= new ShownMap(parentElement, data);
  parentElement.map.update(component);
  return () => parentElement.map.remove();
}

// A part of a map: unchanged it is not sent again.
async function take(bytes, parent) {
  parent.closest("[data-testid=stElementContainer]")?.style.setProperty("display", "none");
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const { map: name, ...part } = await new Response(stream).json();
  SHEETS.set(name, { ...SHEETS.get(name), ...part });
  for (const map of MAPS) if (map.name === name) map.refresh();
}

class ShownMap {
  constructor(parent, { map, library: address }) {
    MAPS.add(this);
    this.name = map;
    this.chosen = ""; // id in focus, as the server knows it
    this.sent = null; // id sent and not yet answered
    this.step = -1; // where the arrow keys stand in the order
    this.marked = null; // feature under the outline
    this.pinned = null; // feature whose words stay without a pointer on it
    this.frame = new Frame(parent, {
      zoom: (levels) => this.view.zoomBy(levels),
      home: () => this.view.home(),
      key: (event) => this.key(event),
      left: () => this.hover({}),
      resized: () => this.resized(),
    });
    this.names = new Names(this.frame.labels);
    this.address = address;
    style(address);
  }

  // The flat picture first: a library of four megabytes is read, and its programs made, after it.
  async start(sheet) {
    await this.sketch(sheet).catch((error) => console.warn(error)); // `paint` tells
    try {
      this.deckgl = await library(this.address);
    } catch {
      this.frame.fail();
      return;
    }
    const { Deck, MapView } = this.deckgl;
    this.deck = new Deck({
      id: `${this.frame.id}-deck`,
      parent: this.frame.canvas,
      views: new MapView({ repeat: false }),
      controller: { dragRotate: false, touchRotate: false, keyboard: false },
      viewState: { longitude: 0, latitude: 0, zoom: 1 },
      pickingRadius: 4,
      layers: [],
      getCursor: ({ isDragging, isHovering }) =>
        isDragging ? "grabbing" : isHovering ? "pointer" : "grab",
      onViewStateChange: ({ viewState, interactionState }) => {
        this.lift();
        this.view.moved(viewState, interactionState?.inTransition);
      },
      onLoad: () => this.frame.oneStop(),
      onAfterRender: () => this.complete && this.lift(),
      onHover: (info) => this.hover(info),
      onClick: (info) => this.click(info),
      onError: (error) => this.fail(error),
    });
    this.view = new View(this.deckgl, this.deck, this.frame, () => this.placed());
  }

  async sketch({ layers, opening, badges, names }) {
    await style(this.address);
    this.fit = new Fit(opening, this.frame.size, EDGES);
    await sketch(this.frame.sketch, layers, this.fit);
    this.names.badges = badges;
    if (names) this.names.take(await fileOf(names));
    this.names.place(this.fit);
    this.frame.root.dataset.sketched = "1";
    await shown();
  }

  get sheet() {
    return SHEETS.get(this.name);
  }

  update({ data, setTriggerValue }) {
    this.wanted = data.focus;
    this.frame.rise(data.height);
    this.send = (id) => setTriggerValue("focus", id);
    this.refresh();
  }

  async refresh() {
    const sheet = this.sheet;
    if (!sheet?.layers) return;
    this.frame.say(sheet);
    this.ready ??= this.start(sheet);
    await this.ready;
    if (!this.deck || this.sheet !== sheet) return;
    this.view.show(sheet);
    this.names.badges = sheet.badges;
    if (sheet.names) fileOf(sheet.names).then((names) => this.names.take(names), () => {}).then(() => this.placed());
    this.placed();
    this.paint();
    await this.focus(this.wanted);
  }

  // Draw the layers whose files are here, and again when the next one is.
  paint() {
    if (!this.deck) return;
    const { layers, missing } = layersOf(this.deckgl, this.sheet.layers, () => this.paint());
    const outline = this.marked ? outlineOf(this.deckgl, this.marked, this.view) : [];
    this.deck.setProps({ layers: [...layers, ...outline] });
    this.pickable = layers.filter((layer) => layer.props.pickable);
    this.complete = !missing;
    this.frame.root.dataset.painted = missing ? "" : "1";
    if (missing === "failed") this.frame.fail();
    if (!missing) this.tell();
  }

  async focus(focus) {
    const id = focus ? focus[1] : "";
    const own = id === this.sent;
    if (own) this.sent = null;
    if (id === this.chosen && (id === "" || this.marked?.properties.id === id)) return;
    if (this.sent !== null && Date.now() < this.due) return; // an older answer
    this.sent = null;
    this.chosen = id;
    const file = focus ? await fileOf(focus[0]).catch(() => null) : null;
    if (this.chosen !== id) return;
    this.mark(file?.byId.get(id) ?? null, own);
  }

  // Outline a feature, say it, and go there unless it can be seen as it is.
  mark(feature, seen = false, pinned = null) {
    this.marked = feature;
    this.pinned = pinned;
    if (feature && !(seen && this.view.sees(feature))) this.view.goTo(feature);
    this.paint();
  }

  tell() {
    this.frame.tell(this.marked ? this.wordsOf(this.marked) : null);
    this.pin();
  }

  pin() {
    const words = this.pinned && this.wordsOf(this.pinned);
    this.frame.tip(words, ...(words ? this.view.below(this.pinned) : []));
  }

  // Name, class and figure of a feature.
  wordsOf(feature) {
    if (!feature.properties) return [feature.name];
    const words = [feature.properties.name];
    const layer = this.pickable?.find((each) => each.props.data?.features?.includes(feature));
    if (layer) {
      const colour = layer.props.getFillColor(feature)?.slice(0, 3).join();
      const figure = this.sheet.figures?.[feature.properties.i];
      const named = this.sheet.words[colour];
      if (!figure?.startsWith(named)) words.push(named); // "not shown: fewer than ..." says both
      words.push(figure);
    }
    return words.filter(Boolean);
  }

  hover({ object, x, y }) {
    if (this.frame.touched || (!object && this.pinned)) return;
    this.pinned = null;
    this.frame.tip(object ? this.wordsOf(object) : null, x, y);
  }

  click({ object }) {
    if (object && !object.properties) return;
    const id = object?.properties.id ?? "";
    this.step = this.sheet.order.indexOf(id);
    if (id !== this.chosen) this.choose(id);
    this.mark(object ?? null, true, object ?? null);
  }

  choose(id) {
    this.sent = this.chosen = id;
    this.due = Date.now() + ANSWER;
    this.send(id);
  }

  key(event) {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const zooms = { "+": 1, "=": 1, "-": -1, _: -1 };
    if (!this.view?.state || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) this.stepBy(steps[event.key]);
    else if (event.key in zooms) this.view.zoomBy(zooms[event.key]);
    else if (event.key === "0") this.view.home();
    else if (event.key === "Enter" && this.marked) this.choose(this.marked.properties.id);
    else if (event.key === "Escape" && (this.marked || this.chosen)) this.clear();
    else return;
    event.preventDefault();
  }

  async stepBy(by) {
    const { order, unit } = this.sheet;
    if (!order.length) return;
    const first = by > 0 ? 0 : order.length - 1;
    this.step = this.step < 0 ? first : (this.step + by + order.length) % order.length;
    const { byId } = await fileOf(unit);
    const feature = byId.get(order[this.step]) ?? null;
    this.mark(feature, true, feature);
  }

  clear() {
    this.step = -1;
    if (this.chosen) this.choose("");
    this.mark(null);
  }

  resized() {
    const { width, height } = this.frame.size;
    if (this.fit && (width !== this.fit.width || height !== this.fit.height)) this.lift();
    this.view?.resized();
  }

  // The view moved: what lies over the map moves with it.
  placed() {
    if (!this.view?.viewport) return;
    this.names.place(this.view.viewport);
    this.frame.scale(this.view.viewport);
    if (this.flat) this.redraw();
    if (this.pinned) this.pin();
    if (this.marked && outlineOf.changes(this.marked, this.view)) this.paint();
  }

  fail(error) {
    console.error(error);
    this.frame.fail();
    this.flat = true; // no graphics: the flat picture is the map
  }

  lift() {
    if (!this.flat) this.frame.sketch.remove();
  }

  redraw() {
    this.next ??= requestAnimationFrame(async () => {
      this.next = null;
      await sketch(this.frame.sketch, this.sheet.layers, this.view.viewport);
    });
  }

  remove() {
    MAPS.delete(this);
    this.view?.remove();
    this.deck?.finalize();
    this.frame.remove();
  }
}

// Once the browser has shown what was drawn: reading the library holds it up.
function shown() {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const late = new Promise((done) => setTimeout(done, HIDDEN));
  return Promise.race([frame().then(frame), late]);
}
