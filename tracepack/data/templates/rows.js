// What is drawn of a box that is open: its rows, and theirs.

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
