// The first picture of a map: drawn flat from the same layers, before the drawing library is here.
import { fileOf } from "./files.js";
import { classed } from "./layers.js";

const TILE = 512; // pixels of the whole world at zoom 0
const NEAREST = 16;
const FULL = 2 * Math.PI;

// Where the whole of some bounds stands, as the view of the library fits them.
export class Fit {
  constructor([west, south, east, north], { width, height }, edges) {
    const [left, top] = mercator([west, north]);
    const [right, bottom] = mercator([east, south]);
    const room = [width - edges.left - edges.right, height - edges.top - edges.bottom];
    const scale = Math.min(room[0] / (right - left), room[1] / (bottom - top), TILE * 2 ** NEAREST);
    Object.assign(this, { width, height, scale });
    this.x = edges.left + room[0] / 2 - (scale * (left + right)) / 2;
    this.y = edges.top + room[1] / 2 - (scale * (top + bottom)) / 2;
  }

  project(point) {
    const [x, y] = mercator(point);
    return [x * this.scale + this.x, y * this.scale + this.y];
  }
}

function mercator([longitude, latitude]) {
  const angle = (latitude * Math.PI) / 180;
  return [longitude / 360, -Math.log(Math.tan(Math.PI / 4 + angle / 2)) / FULL];
}

// Draw the layers whose content is a file, the lowest first.
export async function sketch(canvas, specifications, fit) {
  const drawn = specifications.filter(({ data }) => typeof data === "string");
  const contents = await Promise.all(drawn.map(({ data }) => fileOf(data)));
  const sharp = devicePixelRatio;
  Object.assign(canvas, { width: fit.width * sharp, height: fit.height * sharp });
  // Painted by this process: the one that stands in for a graphics card is slow.
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.scale(sharp, sharp);
  pen.lineJoin = "round";
  drawn.forEach((layer, at) => paint(pen, layer, contents[at].features, fit));
}

// Features of one colour and width are one path.
function paint(pen, layer, features, fit) {
  const fill = layer.filled && classed(layer.getFillColor);
  const line = layer.stroked && classed(layer.getLineColor);
  const width = classed(layer.getLineWidth ?? 1);
  const radius = classed(layer.getPointRadius ?? 1);
  const paths = new Map();
  for (const feature of features) {
    const [ink, thick, round] = [line && line(feature), width(feature), radius(feature)];
    const style = [fill && fill(feature), thick ? ink : false, thick, round];
    if (!(style[0] || style[1]) || !feature.geometry) continue;
    const key = style.join();
    if (!paths.has(key)) paths.set(key, { style, path: new Path2D() });
    trace(paths.get(key).path, feature.geometry, fit, round);
  }
  const rule = features[0]?.geometry?.type === "Point" ? "nonzero" : "evenodd"; // dots overlap
  for (const { style, path } of paths.values()) put(pen, path, rule, ...style);
}

function put(pen, path, rule, fill, ink, thick) {
  if (fill) {
    pen.fillStyle = css(fill);
    pen.fill(path, rule);
  }
  if (ink) {
    pen.strokeStyle = css(ink);
    pen.lineWidth = thick;
    pen.stroke(path);
  }
}

function css([red, green, blue, opacity = 255]) {
  return `rgba(${red},${green},${blue},${opacity / 255})`;
}

function trace(path, { type, coordinates }, fit, radius) {
  if (type === "Point") dot(path, fit.project(coordinates), radius);
  else if (type === "LineString") follow(path, coordinates, fit);
  else if (type === "MultiPolygon") for (const each of coordinates) rings(path, each, fit);
  else rings(path, coordinates, fit);
}

function rings(path, lines, fit) {
  for (const line of lines) follow(path, line, fit);
}

function follow(path, points, fit) {
  path.moveTo(...fit.project(points[0]));
  for (let next = 1; next < points.length; next++) path.lineTo(...fit.project(points[next]));
}

function dot(path, [x, y], radius) {
  if (!radius) return;
  path.moveTo(x + radius, y);
  path.arc(x, y, radius, 0, FULL);
}
