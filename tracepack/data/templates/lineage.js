// The lineage shows what a lot was made from, and opens and folds the boxes that hold many.

// Points along a cubic curve.
function along([a, b, c, d]) {
  const at = (t) => [0, 1].map((side) => (1 - t) ** 3 * a[side] + 3 * (1 - t) ** 2 * t * b[side] + 3 * (1 - t) * t * t * c[side] + t ** 3 * d[side]);
  return Array.from({ length: 9 }, (_, place) => at(place / 8));
}

function plus(point, way, times = 1) {
  return [point[0] + way[0] * times, point[1] + way[1] * times];
}

function direction(from, to) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
  return [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
}

// A link of the picture as it was drawn, which follows the boxes that it joins.
class Line {
  constructor(element) {
    this.element = element;
    this.ends = element.dataset.ends.split(" ");
    this.path = element.querySelector("path");
    this.drawn = this.path.getAttribute("d");
    this.tips = [...element.querySelectorAll("polygon, polyline")];
    this.words = [...element.querySelectorAll("text")];
  }

  // Its first and last point, and the one that is nearest to its words.
  measure() {
    const drawn = Graph.pairs(this.drawn.match(/-?[\d.]+/g).map(Number));
    const passed = [];
    for (let place = 0; place + 3 < drawn.length; place += 3) passed.push(...along(drawn.slice(place, place + 4)));
    [this.first, this.last] = [drawn[0], drawn[drawn.length - 1]];
    this.leaves = direction(drawn[0], drawn[1]);
    this.reaches = direction(this.last, drawn[drawn.length - 2]);
    const tips = this.tips.flatMap((tip) => Graph.pairs(tip.getAttribute("points").match(/-?[\d.]+/g).map(Number)));
    this.tip = tips.reduce((best, point) => (point[1] < best[1] ? point : best), this.last);
    this.middle = passed[passed.length >> 1];
    if (!this.words.length) return;
    this.written = ["x", "y"].map((side) => Number(this.words[0].getAttribute(side)));
    const far = (point) => Math.hypot(point[0] - this.written[0], point[1] - this.written[1]);
    this.middle = passed.reduce((near, point) => (far(point) < far(near) ? point : near));
  }

  // `start` and `end` are how far its boxes moved, `moved` how far any point does: as it was drawn where all of it moved as
  // one, else from its start past its words to its end.
  follow(start, end, moved) {
    const between = moved(...(this.written ?? this.middle));
    for (const tip of this.tips) tip.setAttribute("transform", `translate(${end})`);
    for (const word of this.words) word.setAttribute("transform", `translate(${between})`);
    const together = [start, between].every((shift) => shift[0] === end[0] && shift[1] === end[1]);
    this.path.setAttribute("transform", together ? `translate(${end})` : "");
    this.path.setAttribute("d", together ? this.drawn : this.bent(start, between, end));
  }

  // It leaves and reaches its boxes in the direction that it was drawn in, and passes its words from left to right.
  bent(start, between, end) {
    const [from, past, to] = [[this.first, start], [this.middle, between], [this.last, end]].map(([point, shift]) => plus(point, shift));
    const towards = (point, way, other) => plus(point, way, Math.hypot(point[0] - other[0], point[1] - other[1]) / 2);
    if (past[0] <= from[0] || past[0] >= to[0]) return `M${from}C${towards(from, this.leaves, to)} ${towards(to, this.reaches, from)} ${to}`;
    const [before, after] = [(past[0] - from[0]) / 2, (to[0] - past[0]) / 2];
    return `M${from}C${towards(from, this.leaves, past)} ${past[0] - before} ${past[1]} ${past}`
      + `C${past[0] + after} ${past[1]} ${towards(to, this.reaches, past)} ${to}`;
  }
}

// A box of the picture; `x`, `y`, `width` and `height` are as it was drawn.
class Box {
  constructor(element) {
    this.element = element;
    this.id = element.dataset.ends;
    this.panel = null;
    this.open = false;
    this.shift = [0, 0];
  }

  measure() {
    const { x, y, width, height } = this.element.getBBox();
    Object.assign(this, { x, y, width, height });
  }

  // How far a point of it moves that a link ends at: from below it ends at the rows, if it is open.
  carries(way, point) {
    if (!this.open || way[1] < 0.6) return this.shift;
    return plus(this.shift, [0, this.y + this.height - point[1] + this.panel.height]);
  }
}

class Lineage {
  constructor(figure) {
    this.svg = figure.querySelector("svg");
    this.view = new View(figure, this.svg);
    const told = document.getElementById("unfolding");
    this.told = told && JSON.parse(told.textContent);
    this.boxes = [...this.svg.querySelectorAll(".node")].map((element) => new Box(element));
    this.lines = [...this.svg.querySelectorAll(".edge")].map((element) => new Line(element));
    this.nodes = new Graph(this.boxes, this.lines, this.told);
    this.chosen = null;
    this.whole = this.view.extent;
    for (const box of this.boxes) this.prepare(box);
  }

  prepare(box) {
    const name = box.element.querySelector("title");
    const rows = this.told && this.told.boxes[box.id].rows;
    const said = rows ? this.told.boxes[box.id].says : name ? name.textContent : "";
    for (const [key, value] of [["tabindex", "0"], ["role", "button"], ["aria-label", said]]) box.element.setAttribute(key, value);
    if (rows) box.element.setAttribute("aria-expanded", "false");
    acts(box.element, this.view, () => (rows ? this.toggle(box) : this.choose(this.nodes.held.get(box.id), box)));
  }

  // --- what a lot was made from

  choose(nodes, chosen) {
    this.chosen = nodes && { nodes, one: chosen };
    this.highlight();
  }

  highlight() {
    const above = this.chosen && this.nodes.above(this.chosen.nodes);
    this.svg.classList.toggle("choosing", above !== null);
    const has = (nodes) => above !== null && nodes.some((node) => above.has(node));
    for (const box of this.boxes) {
      box.element.classList.toggle("chosen", has(this.nodes.held.get(box.id)));
      if (box.open) for (const row of box.panel.seen()) row.element.classList.toggle("chosen", has(row.nodes));
    }
    const drawn = new Set();
    for (const [start, end] of above ? [...this.nodes.links, ...this.nodes.attributed] : []) {
      if (above.has(end)) drawn.add(`${this.nodes.home[start]} ${this.nodes.home[end]}`);
    }
    for (const line of this.lines) line.element.classList.toggle("chosen", drawn.has(line.ends.join(" ")));
    this.thread(above);
  }

  // --- opening and folding

  toggle(box) {
    if (box.width === undefined) for (const one of [...this.boxes, ...this.lines]) one.measure();
    this.view.keeping(box.element, () => {
      this.turn(box);
      this.chosen = box.open ? { nodes: this.nodes.held.get(box.id), one: box } : null;
      this.arrange();
    });
  }

  turn(box) {
    box.open = !box.open;
    box.element.setAttribute("aria-expanded", box.open);
    if (!box.open) {
      box.panel.element.remove();
      return;
    }
    box.panel ??= new Panel(this, box, this.told.boxes[box.id]);
    box.element.after(box.panel.element);
  }

  fold() {
    this.view.measure();
    for (const box of this.boxes) if (box.open) this.turn(box);
    this.chosen = null;
    this.arrange();
  }

  // Boxes that stand in one column, with room to the right for the widest that is open in it.
  columns() {
    const found = [];
    for (const box of [...this.boxes].sort((a, b) => a.x - b.x)) {
      const last = found[found.length - 1];
      if (last && box.x < last.right) {
        last.right = Math.max(last.right, box.x + box.width);
        last.boxes.push(box);
      } else found.push({ left: box.x, right: box.x + box.width, boxes: [box] });
    }
    for (const column of found) {
      column.more = Math.max(0, ...column.boxes.map((box) => (box.open ? box.x + box.panel.width - column.right : 0)));
    }
    return found;
  }

  // Make room: what is below an opened box moves down, what is right of its column moves right.
  arrange() {
    const columns = this.columns();
    const open = this.boxes.filter((box) => box.open);
    const moved = (x, y) => [
      columns.reduce((sum, column) => sum + (x > column.right + 0.5 ? column.more : 0), 0),
      open.reduce((sum, box) => sum + (y > box.y + box.height ? box.panel.height : 0), 0),
    ];
    let lowest = 0;
    for (const box of this.boxes) {
      box.shift = moved(box.x + box.width / 2, box.y + box.height / 2);
      box.element.setAttribute("transform", `translate(${box.shift})`);
      if (box.open) box.panel.element.setAttribute("transform", `translate(${box.x + box.shift[0]} ${box.y + box.height + box.shift[1]})`);
      lowest = Math.max(lowest, box.y + box.height + box.shift[1] + (box.open ? box.panel.height : 0));
    }
    const named = new Map(this.boxes.map((box) => [box.id, box]));
    for (const line of this.lines) {
      const [start, end] = line.ends.map((name) => named.get(name));
      line.follow(start.carries(line.leaves, line.first), end.carries(line.reaches, line.tip), moved);
    }
    const [left, top, width, height] = this.whole;
    const more = columns.reduce((sum, column) => sum + column.more, 0);
    const bottom = lowest + this.view.below + 2 * ROOM;
    this.view.grow([left, top, width + more, Math.max(height, bottom - top)]);
    this.highlight();
  }

  // Where the links of each node end: at its row, or at its box.
  places() {
    const found = new Map();
    for (const box of this.boxes) {
      const [x, y] = [box.x + box.shift[0], box.y + box.shift[1]];
      const place = { box, left: x, right: x + box.width, y: y + box.height / 2 };
      for (const node of this.nodes.held.get(box.id)) found.set(node, place);
      if (!box.open) continue;
      for (const row of box.panel.seen()) {
        const at = { box, row, left: x, right: x + box.panel.width, y: y + box.height + row.y + row.height / 2 };
        for (const node of row.nodes) found.set(node, at);
      }
    }
    return found;
  }

  // A thin line for each link of a row; the picture's own lines, with their masses, stay with the box.
  thread(above) {
    const places = this.places();
    const paths = { other: [], chosen: [], attributed: [] };
    const drawn = new Set();
    const number = new Map();
    const key = (place) => number.get(place) ?? number.set(place, number.size).get(place);
    for (const links of [this.nodes.links, this.nodes.attributed]) {
      for (const [first, second] of links) {
        const [start, end] = [places.get(first), places.get(second)];
        if (start.box === end.box || !(start.row || end.row)) continue;
        const made = above === null || (above.has(first) && above.has(second));
        const name = `${key(start)} ${key(end)} ${made}`;
        if (drawn.has(name)) continue;
        drawn.add(name);
        const bend = Math.max(20, Math.abs(end.left - start.right) / 2);
        const path = `M${start.right} ${start.y}C${start.right + bend} ${start.y} ${end.left - bend} ${end.y} ${end.left} ${end.y}`;
        paths[!made ? "other" : links === this.nodes.links ? "chosen" : "attributed"].push(path);
      }
    }
    this.threads?.remove();
    this.threads = draw("g", { class: "threads", fill: "none", stroke: THREAD, "stroke-width": 0.75 });
    const strong = this.chosen?.one instanceof Row ? { "stroke-width": 1.5, stroke: QUIET } : {};
    const looks = { other: { "stroke-opacity": 0.2 }, chosen: strong, attributed: { stroke: "#7a3e9d", "stroke-dasharray": "4 3" } };
    for (const kind in paths) if (paths[kind].length) this.threads.append(draw("path", { d: paths[kind].join(""), ...looks[kind] }));
    this.view.graph.querySelector(".node, .edge").before(this.threads);
  }
}

document.querySelectorAll("figure.zooms").forEach((figure) => {
  const picture = new Lineage(figure);
  tools(picture, figure);
  pointer(picture);
});
