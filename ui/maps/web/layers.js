// Layers of deck.gl from what the server sends, and the outline of what is chosen.
import { boundsOf, fileOf } from "./files.js";

const INK = [17, 17, 17];
const WHITE = [255, 255, 255];
const here = new Map(); // content of files that have arrived, or null where one failed
let converter;

// Layers whose files are here; `later` is called when another has come.
export function layersOf(deckgl, specifications, later) {
  converter ??= new deckgl.JSONConverter({ configuration: { classes: deckgl } });
  const layers = [];
  let missing = "";
  for (const { data, ...rest } of specifications) {
    if (typeof data !== "string") {
      layers.push(converter.convert({ layers: [{ ...rest, data }] }).layers[0]);
    } else if (here.get(data)) {
      // The content itself is not for the converter, which would copy it.
      const content = here.get(data);
      layers.push(converter.convert({ layers: [rest] }).layers[0].clone({ data: content, ...picked(rest) }));
    } else {
      missing = missing === "failed" || here.get(data) === null ? "failed" : "waiting";
      fetchOnce(data, later);
    }
  }
  return { layers, missing };
}

// Colour or size of a feature: one for all, or that of its class.
export function classed(value) {
  if (!value?.codes) return () => value;
  const { values, codes } = value;
  return ({ properties }) => values[codes[properties.i]];
}

function picked(layer) {
  const own = Object.entries(layer).filter(([, value]) => value?.codes);
  return Object.fromEntries(own.map(([name, value]) => [name, classed(value)]));
}

const asked = new Map();

function fetchOnce(url, later) {
  const first = !asked.has(url);
  if (first) asked.set(url, new Set());
  asked.get(url).add(later);
  if (!first) return;
  fileOf(url)
    .then((content) => here.set(url, content), () => here.set(url, null))
    .then(() => {
      const waiting = asked.get(url);
      asked.delete(url);
      for (const each of waiting) each();
    });
}

// An outline of three pixels with a white halo; thinner round a small area, a ring round a tiny one.
export function outlineOf(deckgl, feature, view) {
  const size = outlineOf.size(feature, view);
  outlineOf.drawn.set(view, [feature, size]);
  const ring = size === "ring";
  const thick = size === "whole" ? 3 : 2;
  const data = ring ? [pointOf(feature)] : [feature];
  return [
    ["halo", WHITE, thick + 4],
    ["line", INK, thick],
  ].map(
    ([name, colour, width]) =>
      new deckgl.GeoJsonLayer({
        id: `focus-${name}`,
        data,
        stroked: true,
        filled: false,
        getLineColor: colour,
        lineWidthUnits: "pixels",
        getLineWidth: width,
        lineJointRounded: true,
        getPointRadius: 10,
        pointRadiusUnits: "pixels",
        updateTriggers: { getLineWidth: width },
      }),
  );
}
outlineOf.drawn = new WeakMap();
outlineOf.size = (feature, view) => {
  const pixels = view.pixelsOf(feature);
  return pixels < 8 ? "ring" : pixels < 24 ? "small" : "whole";
};
outlineOf.changes = (feature, view) => {
  const [before, size] = outlineOf.drawn.get(view) ?? [];
  return before !== feature || size !== outlineOf.size(feature, view);
};

function pointOf(feature) {
  const [west, south, east, north] = boundsOf(feature);
  const coordinates = [(west + east) / 2, (south + north) / 2];
  return { type: "Feature", properties: {}, geometry: { type: "Point", coordinates } };
}
