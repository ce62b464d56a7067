// Where the map looks: the whole place first, then what is chosen; linked maps look together.
import { boundsOf } from "./files.js";

const LINKED = new Map(); // views by name of their link
const FLIGHT = 700; // milliseconds
const NEAREST = 16;
export const EDGES = { left: 12, right: 50, top: 12, bottom: 12 }; // pixels kept free; buttons on the right
const SPAN = 70; // pixels of an area that is gone to
const STREETS = 13; // zoom at which a school that is gone to is seen with its streets
const TINY = 8; // pixels: less cannot be seen as an area
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class View {
  constructor(deckgl, deck, frame, placed) {
    Object.assign(this, { deckgl, deck, frame, placed, atHome: true });
  }

  // Take the bounds of a run: a new place or a new opening is gone to, else the view stays.
  show({ link, home, opening }) {
    this.join(link);
    this.bounds = home;
    if (this.opening && String(opening) === String(this.opening)) return;
    this.opening = opening;
    this.atHome = String(opening) === String(home);
    const mate = this.state ? null : [...this.mates()].find((view) => view.state);
    if (mate) this.set(mate.plain());
    else this.go(this.fit(opening));
  }

  join(link) {
    if (link === this.link) return;
    LINKED.get(this.link)?.delete(this);
    this.link = link;
    if (!link) return;
    if (!LINKED.has(link)) LINKED.set(link, new Set());
    LINKED.get(link).add(this);
  }

  *mates() {
    for (const view of LINKED.get(this.link) ?? []) if (view !== this) yield view;
  }

  fit([west, south, east, north], padding = EDGES) {
    const port = new this.deckgl.WebMercatorViewport(this.frame.size);
    const ends = [[west, south], [east, north]]; // prettier-ignore
    const { longitude, latitude, zoom } = port.fitBounds(ends, { padding, maxZoom: NEAREST });
    return { longitude, latitude, zoom };
  }

  go(state, flown = true) {
    const { FlyToInterpolator } = this.deckgl;
    const flight = flown && !still.matches && this.state;
    const how = flight ? { transitionDuration: FLIGHT, transitionInterpolator: new FlyToInterpolator() } : {};
    this.set({ ...state, ...how });
    if (!flight) this.spread(state);
  }

  home() {
    this.atHome = true;
    this.go(this.fit(this.bounds));
  }

  zoomBy(levels) {
    this.atHome = false;
    this.go({ ...this.plain(), zoom: this.within(this.state.zoom + levels) });
  }

  goTo(feature) {
    const { width, height } = this.frame.size;
    const target = this.fit(boundsOf(feature));
    const step = Math.log2(Math.min(width, height) / SPAN);
    const near = feature.geometry.type === "Point" ? STREETS : target.zoom - step;
    const fits = this.state.zoom <= target.zoom - 1;
    target.zoom = this.within(fits ? Math.max(near, this.state.zoom) : near);
    this.atHome = false;
    this.go(target);
  }

  plain() {
    const { longitude, latitude, zoom } = this.state;
    return { longitude, latitude, zoom };
  }

  within(zoom) {
    return Math.min(Math.max(zoom, this.fit(this.bounds).zoom - 1), NEAREST);
  }

  // Whether a feature is on the map, and large enough to be seen.
  sees(feature) {
    if (!this.viewport) return false;
    const [west, south, east, north] = boundsOf(feature);
    const [x, y] = this.viewport.project([(west + east) / 2, (south + north) / 2]);
    const { width, height } = this.frame.size;
    const inside = x > 0 && y > 0 && x < width && y < height;
    return inside && (feature.geometry.type === "Point" || this.pixelsOf(feature) >= TINY);
  }

  // Where words about a feature have room: below its middle.
  below(feature) {
    const [west, south, east] = boundsOf(feature);
    const [x, y] = this.viewport.project([(west + east) / 2, south]);
    return [x - 14, y];
  }

  pixelsOf(feature) {
    if (!this.viewport) return 0;
    const [west, south, east, north] = boundsOf(feature);
    const [left, low] = this.viewport.project([west, south]);
    const [right, high] = this.viewport.project([east, north]);
    return Math.max(right - left, low - high);
  }

  // The reader, or a flight, moved the map.
  moved(state, flying) {
    if (!flying) this.atHome = false;
    this.set(state);
    this.spread(state);
  }

  spread({ longitude, latitude, zoom }) {
    for (const mate of this.mates()) {
      mate.atHome = false;
      mate.set({ longitude, latitude, zoom });
    }
  }

  set(state) {
    const minZoom = this.bounds ? this.fit(this.bounds).zoom - 1 : 0;
    this.state = { ...state, minZoom, maxZoom: NEAREST };
    const { longitude, latitude, zoom } = state;
    this.viewport = new this.deckgl.WebMercatorViewport({ ...this.frame.size, longitude, latitude, zoom });
    this.deck.setProps({ viewState: this.state });
    this.placed();
  }

  // The map has another size: what was whole stays whole.
  resized() {
    if (!this.state) return;
    if (this.atHome) this.set(this.fit(this.bounds));
    else this.set(this.plain());
  }

  remove() {
    this.join("");
  }
}
