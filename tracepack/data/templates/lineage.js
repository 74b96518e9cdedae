// The lineage zooms, pans, shows what a lot was made from, and opens and folds the boxes that hold many.

const SVG = "http://www.w3.org/2000/svg";
// The picture's ground is white in any scheme, and so are its colours.
const INK = "#1b1f24", QUIET = "#57606a", LINE = "#d0d7de", SHADE = "#f6f8fa", THREAD = "#afb8c1";
// Points: a line of text, the room around it, and how far a part's rows stand in from its own.
const LEADING = 13, ROOM = 6, INDENT = 14, MARK = 12;

function draw(name, attributes, ...parts) {
  const element = document.createElementNS(SVG, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  element.append(...parts);
  return element;
}

// Enter and space do what a click does; a drag that ends on something does not choose it.
function acts(element, view, act) {
  element.addEventListener("click", (event) => {
    event.stopPropagation();
    if (!view.dragged) act();
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
}

// What of the picture is seen.  `extent` is all there is of it, `box` what is seen: x, y, width and height in points.
class View {
  constructor(figure, svg) {
    this.figure = figure;
    this.svg = svg;
    this.extent = svg.getAttribute("viewBox").split(/[\s,]+/).map(Number);
    this.box = [...this.extent];
    this.dragged = false;
  }

  show() {
    this.svg.setAttribute("viewBox", this.box.map((side) => side.toFixed(2)).join(" "));
  }

  zoom(factor, at = [0.5, 0.5]) {
    const shape = this.box[3] / this.box[2];
    const most = Math.max(this.extent[2], this.extent[3] / shape);
    const width = Math.min(most, Math.max(this.extent[2] / 20, this.box[2] * factor));
    const height = width * shape;
    this.box = [this.box[0] + (this.box[2] - width) * at[0], this.box[1] + (this.box[3] - height) * at[1], width, height];
    this.show();
  }

  pan(x, y) {
    this.box[0] += x * this.box[2];
    this.box[1] += y * this.box[3];
    this.show();
  }

  reset() {
    this.box = [...this.extent];
    this.svg.removeAttribute("style");
    this.figure.style.setProperty("--natural", `${this.extent[2]}px`);
    this.show();
  }

  // Pixels to a point, asked for while nothing is changed: a question after a change costs a layout.  Browsers measure in
  // 64ths of a pixel; a scale in 1024ths and sides in 16s of points are kept to the bit, so that no text is laid out anew.
  measure() {
    this.scale = Math.round((1024 * this.svg.getBoundingClientRect().width) / this.box[2]) / 1024;
  }

  // Another extent at the same scale: where all was seen the picture grows, where a part was seen that part is.
  grow(extent) {
    const whole = this.box.every((side, place) => Math.abs(side - this.extent[place]) < 0.01);
    this.extent = extent.map((side, place) => (place < 2 ? side : 16 * Math.ceil(side / 16)));
    if (!whole) return;
    this.box = [...this.extent];
    const [width, height] = this.extent.slice(2).map((side) => side * this.scale);
    Object.assign(this.svg.style, { width: `${width}px`, height: `${height}px`, minWidth: 0, maxWidth: "none" });
    this.show();
  }

  // Do something, after which the element is seen where it was before: by scrolling, or else by moving the picture.
  keeping(element, change) {
    const before = element.getBoundingClientRect();
    this.measure();
    change();
    const moved = () => {
      const now = element.getBoundingClientRect();
      return [now.left - before.left, now.top - before.top];
    };
    this.figure.scrollLeft += moved()[0];
    window.scrollBy({ top: moved()[1], behavior: "instant" });
    const [x, y] = moved();
    if (Math.abs(x) < 0.5 && Math.abs(y) < 0.5) return;
    this.box[0] += x / this.scale;
    this.box[1] += y / this.scale;
    this.show();
  }
}

// Which nodes the boxes hold and how they are linked; a picture without folds has a node in each box.
class Graph {
  constructor(boxes, lines, told) {
    this.held = new Map(boxes.map((box, place) => [box.id, told ? Graph.nodes(told.boxes[box.id]) : [place]]));
    this.home = [];
    for (const [id, nodes] of this.held) for (const node of nodes) this.home[node] = id;
    this.links = told ? Graph.pairs(told.links) : lines.map((line) => line.ends.map((end) => this.held.get(end)[0]));
    this.attributed = told ? Graph.pairs(told.attributed) : [];
    this.before = new Map();
    for (const [start, end] of [...this.links, ...this.attributed]) {
      if (!this.before.has(end)) this.before.set(end, []);
      this.before.get(end).push(start);
    }
  }

  static pairs(flat) {
    return Array.from({ length: flat.length / 2 }, (_, place) => [flat[2 * place], flat[2 * place + 1]]);
  }

  // The nodes that a box or a row holds.
  static nodes(held) {
    if (typeof held === "number") return [held];
    return (held.rows ?? held).flatMap((row) => Graph.nodes(row[row.length - 1]));
  }

  // Some nodes and all that they were made from.
  above(nodes) {
    const found = new Set(nodes);
    for (const node of found) for (const start of this.before.get(node) ?? []) found.add(start);
    return found;
  }
}

// A row of an opened box: a node, or a part that opens in its turn.
class Row {
  constructor(panel, told, level) {
    const held = told[told.length - 1];
    this.panel = panel;
    // A text of several lines comes with them.
    this.cells = told.slice(0, -1).map((cell) => (Array.isArray(cell) ? { text: cell[0], lines: cell.slice(1) } : { text: cell, lines: [cell] }));
    this.held = typeof held === "number" ? null : held;
    this.nodes = Graph.nodes(held);
    this.level = level;
    this.open = false;
    this.rows = [];
    this.height = LEADING * Math.max(this.cells[0].lines.length, this.cells[1].lines.length) + ROOM;
    this.draw();
    acts(this.element, panel.picture.view, () => (this.held ? panel.toggle(this) : panel.picture.choose(this.nodes, this)));
  }

  draw() {
    const { columns, width, heads } = this.panel;
    const bold = this.held ? { "font-weight": "bold" } : {};
    const group = this.element = draw("g", { class: "part", tabindex: 0, role: "button", "aria-label": this.says(heads) });
    group.append(draw("rect", { width, height: this.height, fill: this.held ? SHADE : "#fff", stroke: LINE }));
    if (this.held) {
      this.mark = draw("path", { fill: INK });
      group.append(this.mark);
      this.turn();
    }
    this.cells.forEach((cell, place) => {
      const right = place > 1;
      const x = columns[place] + (place === 0 ? MARK + INDENT * this.level : 0);
      cell.lines.forEach((line, down) => {
        if (line) group.append(label(line, x, LEADING * (down + 1) - 1, right, place === 0 ? bold : {}));
      });
    });
  }

  says(heads) {
    return this.cells.map(({ text }, place) => text && [heads[place], text].filter(Boolean).join(" ")).filter(Boolean).join(", ");
  }

  turn() {
    const x = this.panel.columns[0] + INDENT * this.level;
    const y = LEADING / 2 + ROOM / 2;
    this.mark.setAttribute("d", this.open ? `M${x} ${y - 2.5}h8l-4 6z` : `M${x + 1} ${y - 4}v8l6-4z`);
    this.element.setAttribute("aria-expanded", this.open);
  }

  // The rows are made when they are first seen.
  toggle() {
    this.open = !this.open;
    this.turn();
    if (this.open && !this.rows.length) this.rows = this.held.map((told) => new Row(this.panel, told, this.level + 1));
    if (this.open) {
      let last = this.element;
      for (const row of this.rows.flatMap((one) => [...one.seen()])) {
        last.after(row.element);
        last = row.element;
      }
    } else {
      const hide = (rows) => rows.forEach((row) => {
        row.element.remove();
        hide(row.rows);
      });
      hide(this.rows);
    }
  }

  // This row and those below it that are open.
  *seen() {
    yield this;
    if (this.open) for (const row of this.rows) yield* row.seen();
  }
}

function label(text, x, y, right, more) {
  return draw("text", { x, y, "text-anchor": right ? "end" : "start", "font-size": 10, fill: INK, ...more }, text);
}

// The rows of an opened box, below it.
class Panel {
  constructor(picture, box, told) {
    this.picture = picture;
    this.box = box;
    this.heads = picture.told.heads;
    this.columns = [];
    let x = ROOM;
    told.widths.forEach((width, place) => {
      const all = width + (place === 0 ? MARK : 0);
      if (place > 1) this.columns.push(x + all);
      else this.columns.push(x);
      x += width ? all + 2 * ROOM : 0;
    });
    this.width = Math.max(x - ROOM, box.width);
    this.rows = told.rows.map((row) => new Row(this, row, 0));
    this.element = draw("g", { class: "parts" });
    this.ground = draw("rect", { width: this.width, fill: "#fff", stroke: LINE });
    this.element.append(this.ground);
    this.heads.forEach((head, place) => {
      if (head && told.widths[place]) this.element.append(label(head, this.columns[place], LEADING - 1, true, { fill: QUIET }));
    });
    this.element.append(...this.rows.map((row) => row.element));
    this.place();
  }

  *seen() {
    for (const row of this.rows) yield* row.seen();
  }

  place() {
    let y = LEADING + ROOM;
    for (const row of this.seen()) {
      if (row.y !== y) row.element.setAttribute("transform", `translate(0 ${y})`);
      row.y = y;
      y += row.height;
    }
    this.height = y;
    this.ground.setAttribute("height", y);
  }

  toggle(row) {
    this.picture.view.keeping(row.element, () => {
      row.toggle();
      this.place();
      this.picture.arrange();
    });
  }
}

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
}

class Lineage {
  constructor(figure) {
    this.svg = figure.querySelector("svg");
    this.view = new View(figure, this.svg);
    this.graph = this.svg.querySelector(".graph");
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
    const shifts = new Map(this.boxes.map((box) => [box.id, box.shift]));
    for (const line of this.lines) line.follow(shifts.get(line.ends[0]), shifts.get(line.ends[1]), moved);
    const [left, top, width, height] = this.whole;
    const more = columns.reduce((sum, column) => sum + column.more, 0);
    const bottom = lowest + this.graph.transform.baseVal.consolidate().matrix.f + 2 * ROOM;
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
    this.graph.querySelector(".node, .edge").before(this.threads);
  }
}

// --- buttons, keys, wheel and pointer

function tools(picture, figure) {
  const view = picture.view;
  const reset = () => {
    picture.choose(null);
    view.reset();
  };
  const bar = make("div", "", { class: "bar-of-tools" });
  const buttons = [["+", words.in, () => view.zoom(0.7)], ["−", words.out, () => view.zoom(1 / 0.7)], [words.all, words.all, reset]];
  if (picture.told) buttons.push([words.fold, words.fold, () => picture.fold()]);
  for (const [text, says, act] of buttons) {
    const button = make("button", text, { type: "button", "aria-label": says });
    button.addEventListener("click", act);
    bar.append(button);
  }
  bar.append(make("span", words.lineage, { class: "quiet" }));
  figure.before(bar);
  figure.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };
    if (moves[event.key]) view.pan(...moves[event.key]);
    else if (event.key === "+") view.zoom(0.7);
    else if (event.key === "-") view.zoom(1 / 0.7);
    else if (event.key === "Escape") reset();
    else return;
    event.preventDefault();
  });
}

function pointer(picture) {
  const { view, svg } = picture;
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const place = svg.getBoundingClientRect();
    view.zoom(event.deltaY < 0 ? 0.85 : 1 / 0.85, [(event.clientX - place.left) / place.width, (event.clientY - place.top) / place.height]);
  }, { passive: false });
  let held = null, from = null;
  svg.addEventListener("pointerdown", (event) => {
    from = held = [event.clientX, event.clientY];
    view.dragged = false;
  });
  window.addEventListener("pointerup", () => {
    held = null;
    setTimeout(() => { view.dragged = false; }); // after the click that ends the drag
  });
  svg.addEventListener("pointermove", (event) => {
    if (!held || event.pointerType === "touch") return;
    if (Math.hypot(event.clientX - from[0], event.clientY - from[1]) > 4) view.dragged = true;
    view.pan((held[0] - event.clientX) / svg.clientWidth, (held[1] - event.clientY) / svg.clientHeight);
    held = [event.clientX, event.clientY];
  });
  svg.addEventListener("click", () => { if (!view.dragged) picture.choose(null); });
}

document.querySelectorAll("figure.zooms").forEach((figure) => {
  const picture = new Lineage(figure);
  tools(picture, figure);
  pointer(picture);
});
