// Layers of a TopoJSON topology as GeoJSON: borders that shapes share are written once.

export function layerOf(topology, name) {
  topology.lines ??= linesOf(topology);
  const { geometries } = topology.objects[name];
  const features = geometries.map(({ type, arcs, properties }) => {
    const coordinates = coordinatesOf(topology.lines, arcs, DEPTHS[type]);
    return { type: "Feature", properties, geometry: { type, coordinates } };
  });
  return { type: "FeatureCollection", features };
}

// How deep the arcs of a type lie.
const DEPTHS = { LineString: 0, MultiLineString: 1, Polygon: 1, MultiPolygon: 2 };

// Each arc as points: it is written as a first point and the steps from there.
function linesOf({ arcs, transform: { scale } }) {
  return arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]) => [(x += dx) * scale[0], (y += dy) * scale[1]]);
  });
}

function coordinatesOf(lines, arcs, depth) {
  if (depth) return arcs.map((part) => coordinatesOf(lines, part, depth - 1));
  const points = [];
  for (const at of arcs) {
    const line = at < 0 ? lines[~at].slice().reverse() : lines[at]; // of a negative number the reverse
    for (let next = points.length ? 1 : 0; next < line.length; next++) points.push(line[next]);
  }
  return points;
}
