// What the map fetches: the drawing library and its own style once, geometry once an address.
import { layerOf } from "./topology.js";

const files = new Map();
let loading;
let styled;

// deck.gl, once it is here.
export function library(address) {
  loading ??= added("script", { src: address }).then(() => globalThis.deck);
  return loading;
}

// The style of the map. The library is fetched meanwhile, and read when it is asked for.
export function style(address) {
  if (!styled) {
    const early = { rel: "preload", as: "script", href: address };
    document.head.append(Object.assign(document.createElement("link"), early));
    styled = added("link", { rel: "stylesheet", href: new URL("./map.css", import.meta.url).href });
  }
  return styled;
}

function added(tag, attributes) {
  return new Promise((resolve, reject) => {
    const made = Object.assign(document.createElement(tag), attributes);
    Object.assign(made, { onload: resolve, onerror: reject });
    document.head.append(made);
  });
}

// GeoJSON with its features by id, or a list of names; after # a layer of a topology.
export function fileOf(url) {
  if (!files.has(url)) files.set(url, fetched(url));
  return files.get(url);
}

async function fetched(url) {
  try {
    const [address, layer] = url.split("#");
    const content = layer ? layerOf(await fileOf(address), layer) : await read(address);
    const features = content.features ?? [];
    content.byId = new Map(features.map((feature) => [feature.properties.id, feature]));
    return content;
  } catch (error) {
    files.delete(url); // the next run tries again
    throw error;
  }
}

async function read(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

// West, south, east and north of a feature.
export function boundsOf(feature) {
  feature.box ??= extentOf(feature.geometry?.coordinates, [Infinity, Infinity, -Infinity, -Infinity]);
  return feature.box;
}

function extentOf(part, box) {
  if (!part) return box;
  if (typeof part[0] !== "number") {
    for (const each of part) extentOf(each, box);
    return box;
  }
  const [x, y] = part;
  box[0] = Math.min(box[0], x);
  box[1] = Math.min(box[1], y);
  box[2] = Math.max(box[2], x);
  box[3] = Math.max(box[3], y);
  return box;
}
